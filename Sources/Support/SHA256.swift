import CCrypto
import Foundation

/// SHA-256 (FIPS 180-4), by OpenSSL.
///
/// `requireAvailable` is called once, at the start of every tool: OpenSSL's configuration may leave SHA-256 out. A context that cannot
/// be made later means that memory is exhausted, where Swift itself stops the process.
public final class SHA256 {
  private let context: OpaquePointer

  public init() {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      fatalError("OpenSSL cannot compute SHA-256: out of memory, or forbidden by its configuration")
    }
    self.context = context
  }

  /// - Throws: `Failure` where this OpenSSL has no SHA-256.
  public static func requireAvailable() throws {
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      throw Failure(
        .usage, "OpenSSL gives no SHA-256, with which files are signed", at: "OpenSSL",
        remedy: "check its configuration, openssl.cnf or what OPENSSL_CONF names: the default provider must be active")
    }
  }

  deinit { EVP_MD_CTX_free(context) }

  public func update(_ bytes: UnsafeRawBufferPointer) {
    precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "OpenSSL cannot continue SHA-256")
  }

  public func update(_ data: some ContiguousBytes) {
    data.withUnsafeBytes { update($0) }
  }

  public func update(_ text: String) { update(Array(text.utf8)) }

  /// The digest as 64 hexadecimal digits. Call it once, last.
  public func finalize() -> String {
    let digest = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(EVP_MAX_MD_SIZE)) { buffer in
      var count: UInt32 = 0
      precondition(EVP_DigestFinal_ex(context, buffer.baseAddress, &count) == 1, "OpenSSL cannot finish SHA-256")
      return Array(buffer.prefix(Int(count)))
    }
    return digest.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 2 ? digits : "0" + digits
    }.joined()
  }

  /// The digest of some bytes, as 64 hexadecimal digits.
  public static func hash(_ data: some ContiguousBytes) -> String {
    let hash = SHA256()
    hash.update(data)
    return hash.finalize()
  }

  /// The digest of a text in UTF-8, as 64 hexadecimal digits.
  public static func hash(_ text: String) -> String { hash(Array(text.utf8)) }
}
