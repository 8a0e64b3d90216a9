import Foundation

/// The path of a file or folder of Tests/Fixtures.
public func fixturePath(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/\(name)").standardized.path
}
