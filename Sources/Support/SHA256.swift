import CCrypto
import Foundation

/// SHA-256 (FIPS 180-4), by OpenSSL.
///
///     let hash = SHA256()
///     hash.update("abc")
///     print(hash.finalize())   // ba7816bf...
///
/// It cannot fail, whatever OpenSSL's configuration allows: CCrypto says why.
public final class SHA256 {
  private var context = SHA256_CTX()

  /// The hash of nothing, so far.
  public init() { SHA256_Init(&context) }

  /// Adds bytes.
  public func update(_ bytes: UnsafeRawBufferPointer) { SHA256_Update(&context, bytes.baseAddress, bytes.count) }

  /// Adds bytes.
  public func update(_ data: some ContiguousBytes) {
    data.withUnsafeBytes { update($0) }
  }

  /// Adds a text in UTF-8.
  public func update(_ text: String) { update(Array(text.utf8)) }

  /// The digest as 64 hexadecimal digits. Call it once, last.
  public func finalize() -> String {
    let digest = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(SHA256_DIGEST_LENGTH)) { buffer in
      SHA256_Final(buffer.baseAddress, &context)
      return Array(buffer)
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
