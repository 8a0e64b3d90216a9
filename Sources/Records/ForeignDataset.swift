import HDF5

/// How another program writes a dataset of a case study: its fields, and a whole Python program.
public struct ForeignDataset: Sendable {
  /// The inputs and labels.
  public var layout: DatasetLayout
  /// In sentences, what the samples of the program are.
  public var meaning: String
  /// Lines of Python that define `samples(count)`: a dictionary of arrays `[count, ...]`, one for each field. They may use `np` and the
  /// generator `random`.
  public var samples: String

  /// The parts of a section of data/FORMAT.md.
  public init(_ layout: DatasetLayout, _ meaning: String, samples: String) {
    (self.layout, self.meaning, self.samples) = (layout, meaning, samples)
  }

  /// A Python program that writes a dataset to the file named as its first argument.
  public var program: String {
    let fields = layout.fields.map { field in
      let dimensions = field.dimensions.map { "\"\($0)\"" }.joined(separator: ", ")
      return "    \"\(field.name)\": ([\(dimensions)], \"\(field.type)\", \"\(field.role.rawValue)\"),"
    }
    let version = FormatVersion.current
    return """
      import sys
      import h5py, numpy as np

      random = np.random.default_rng(0)

      \(samples)

      FIELDS = {  # dimensions of one sample, type, role
      \(fields.joined(separator: "\n"))
      }

      with h5py.File(sys.argv[1], "w") as file:
          file.attrs["schema"] = "\(FileKind.dataset.schema)"
          file.attrs["schema_version"] = [\(version.major), \(version.minor)]
          file.attrs["case_study"] = "\(layout.caseStudy)"
          file.attrs["title"] = "A dataset from another program"
          for split, count in [("train", 20), ("valid", 10), ("test", 10)]:
              group = file.create_group(split)
              group["index"] = np.arange(count)
              arrays = samples(count)
              for name, (dims, dtype, role) in FIELDS.items():
                  field = group.create_dataset(name, data=np.asarray(arrays[name], dtype), compression="gzip", shuffle=True)
                  field.attrs["dims"] = ["sample"] + dims
                  field.attrs["units"] = "1"
                  field.attrs["role"] = role
          file.attrs["complete"] = 1
      """
  }
}
