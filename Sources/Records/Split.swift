/// A part of a dataset with its own purpose, and the group of its name.
public enum Split: String, CaseIterable, Sendable {
  case train, valid, test
}
