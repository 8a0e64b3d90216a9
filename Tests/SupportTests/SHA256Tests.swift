import Foundation
import Support
import TestSupport
import Testing

@Suite struct SHA256Tests {
  /// The examples of FIPS 180-4: nothing, one block, two blocks.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func `Gives the published digests`(text: String, digest: String) {
    #expect(SHA256.hash(text) == digest)
  }

  @Test func `Does not depend on how the bytes are cut`() {
    let whole = Data((0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) })
    let pieces = SHA256()
    for start in stride(from: 0, to: whole.count, by: 37) {
      pieces.update(whole[start..<min(start + 37, whole.count)])
    }
    #expect(pieces.finalize() == SHA256.hash(whole))
  }

  @Test func `Does not depend on what OpenSSL's configuration offers`() async {
    // Only what encodes keys; the functions that ask the configuration find no SHA-256 then.
    await #expect(processExitsWith: .success) {
      try withFolder { folder in
        try "openssl_conf=o\n[o]\nproviders=p\n[p]\nbase=b\n[b]\nactivate=1\n".write(
          toFile: "\(folder)/openssl.cnf", atomically: true, encoding: .utf8)
        setenv("OPENSSL_CONF", "\(folder)/openssl.cnf", 1)
        exit(SHA256.hash("abc").hasPrefix("ba7816bf8f01cfea") ? 0 : 1)
      }
    }
  }
}
