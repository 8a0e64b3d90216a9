import HDF5

/// The text of data/FORMAT.md, made from the definition of the format.
public enum FormatReference {
  /// The whole page, as Markdown.
  ///
  /// - Parameters:
  ///   - catalog: the kinds of files that there are.
  ///   - foreignDatasets: how other programs write datasets of each case study.
  public static func markdown(_ catalog: SchemaCatalog = .common, foreignDatasets: [ForeignDataset] = []) -> String {
    let sections = [introduction(catalog), common, dimensions, provenance, hash] + catalog.schemas.map(section)
    return (sections + [foreign] + foreignDatasets.map(section) + [inspection]).joined(separator: "\n\n") + "\n"
  }

  private static func introduction(_ catalog: SchemaCatalog) -> String {
    let kinds = catalog.schemas.map { "`\($0.kind.rawValue)`" }.joined(separator: ", ")
    return """
      <!-- Made by `UPDATE_FORMAT=1 swift test --filter FormatReferenceTests` from Sources/Records and the case studies. Change it there. -->

      # The file format "implicit-h5", version \(FormatVersion.current)

      Every stage reads and writes HDF5 files of this format: \(kinds).
      Any HDF5 library from 1.10 on reads them; the only filters are shuffle, deflate and Fletcher-32.
      They are netCDF-4 files as well: xarray, ncdump and Panoply open them as they are.

      - A file is written under a temporary name and renamed when it is whole and checked. A file without the attribute
        `complete` is not finished, and is refused.
      - Numbers are little-endian as this program writes them; readers take any byte order, and any type whose every value
        fits into the one named here (float32 where float64 is named, not the reverse; for fields, any integer type below
        uint64 where an integer is named).
      - Text is UTF-8. Attributes hold text of variable length, and so do datasets of up to 2048 names (`/perturbation`, columns of
        tables), which netCDF shows as text; all other datasets hold text of fixed length, which is compressed and checked.
      - A chunk is one sample if that has 0.25 MiB or more, else as many samples as fit in 0.5 MiB.
      - A reader accepts a newer minor version and refuses a newer major one.
      - What is not described here is ignored.
      """
  }

  private static let common = """
    ## Every file

    Attributes of the root group:

    \(table(FileSchema.commonAttributes))

    Attributes of every dataset outside `/provenance`:

    \(table(FileSchema.datasetAttributes))
    """

  private static let dimensions = """
    ## Dimensions

    Every dimension of every dataset has a dimension scale, after netCDF-4's rules. Readers do not need them: a file without scales
    is accepted.

    - A dataset of one dimension that holds its coordinates is the scale: `index`, `sample`, `iteration`, `step`, `perturbation`
      and what else is marked below. A netCDF dimension has the name of its scale, so `sample` is called `index` in a split.
    - Other dimensions have a pure dimension as scale: a dataset of the dimension's name and length without values, whose attribute
      `NAME` is `This is a netCDF dimension but not a netCDF variable.` and the length in ten places.
    - Scales serve the groups below their own: `/sample` and `/iteration` of a sweep also `/quality`.
    - Dimensions without a name of their own, `axis_0` of a weight, are pure dimensions of the root with their length in the
      name, `axis_0_of_64`.
    - Where a name is taken, by another length or by a dataset, the netCDF dimension has the length or `_dimension` appended.
      Coordinates of a name that a group above has too are a plain variable along `GROUP_NAME`: `/memory/iteration` along
      `memory_iteration`.

    Pure dimensions say what shapes and `dims` say already; they are no part of the content.

    ```python
    import xarray

    sweep = xarray.open_dataset("implicit-8-test.sweep.h5", engine="h5netcdf")   # or netcdf4
    sweep.error.mean("sample").plot()                                            # against iteration
    sweep.lipschitz_ratio.sel(perturbation="A").max("sample")

    train = xarray.open_dataset("dataset.h5", group="train", engine="h5netcdf")
    tree = xarray.open_datatree("summary.h5", engine="h5netcdf")
    ```
    """

  private static let provenance = """
    ## /provenance

    How the file came to be; no part of its content. Files from elsewhere may leave it out.

    - dataset `configuration`: the resolved configuration, defaults included, as YAML
    - datasets `inputs/path` and `inputs/content_sha256`: the files that were read, and the hashes they stated
    - attributes `tool`, `version`, `git_commit`, `host`, `processor`, `working_folder`, `started` (UTC), `command`
      (array), and `seed` if there is one
    - attributes of the groups `libraries` and `slurm`: versions of libraries, variables of the Slurm job
    """

  private static let hash = """
    ## content_sha256

    Two files with the same hash say the same, whatever their chunks, filters and provenance. SHA-256 runs over these
    bytes, for the root and then for all objects but `/provenance` and pure dimensions, parents first, names in ascending order of
    bytes:

    - a line `group PATH` or `dataset PATH TYPE SHAPE`
    - for each attribute, in ascending order of names, a line `attribute NAME TYPE SHAPE` and its values; left out are
      `content_sha256` and `complete` of the root, and \(ContentHash.scaleAttributes.sorted().map { "`\($0)`" }.joined(separator: ", "))
    - for a dataset, its values, unless its `role` is `measurement`

    A line ends with a line feed. TYPE is NumPy's name, or `string`; SHAPE is like `[2,3]`, `[]` for a scalar. Numbers are
    little-endian in row-major order; each text is its length in bytes (8 bytes, little-endian) and its UTF-8. In Python:

    ```python
    \(hashProgram)
    ```
    """

  /// Prints the content hash of the file named as the first argument.
  static let hashProgram = """
    import hashlib, struct, sys
    import h5py, numpy as np

    SCALES = {"CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "DIMENSION_LABELS"}
    PURE = b"This is a netCDF dimension but not a netCDF variable."

    def header(dtype, shape):
        name = "string" if h5py.check_string_dtype(dtype) else np.dtype(dtype).name
        return f"{name} [{','.join(str(n) for n in shape)}]"

    def values(array, dtype):
        if not h5py.check_string_dtype(dtype):
            return np.ascontiguousarray(array, np.dtype(dtype).newbyteorder("<")).tobytes()
        texts = [t if isinstance(t, bytes) else str(t).encode() for t in np.asarray(array, object).ravel()]
        return b"".join(struct.pack("<Q", len(t)) + t for t in texts)

    def attributes(item, skip=()):
        for name in sorted(item.attrs, key=str.encode):
            if name not in SCALES and name not in skip:
                kind = item.attrs.get_id(name)
                yield f"attribute {name} {header(kind.dtype, kind.shape)}\\n".encode()
                yield values(item.attrs[name], kind.dtype)

    def content(group, path):
        for name in sorted(group, key=str.encode):
            item, place = group[name], f"{path}/{name}"
            pure = item.attrs.get("CLASS") == b"DIMENSION_SCALE" and item.attrs.get("NAME", b"").startswith(PURE)
            if place == "/provenance" or pure:
                continue
            if isinstance(item, h5py.Group):
                yield f"group {place}\\n".encode()
                yield from attributes(item)
                yield from content(item, place)
            else:
                yield f"dataset {place} {header(item.dtype, item.shape)}\\n".encode()
                yield from attributes(item)
                if item.attrs.get("role") != "measurement":
                    yield values(item[()], item.dtype)

    with h5py.File(sys.argv[1], "r") as file:
        digest = hashlib.sha256(b"group /\\n")
        for part in attributes(file, {"content_sha256", "complete"}):
            digest.update(part)
        for part in content(file, ""):
            digest.update(part)
    print(digest.hexdigest())
    """

  private static let inspection = """
    ## Looking into a file

        implicit-inspect FILE            the tree of groups, datasets, attributes
        implicit-inspect validate FILE   structure, every value, and the content hash
        implicit-inspect diff A B        where two files differ, and by how much
        h5dump -H FILE                   the same tree by HDF5's own tool
        ncdump -h FILE                   the same as netCDF sees it
    """

  // MARK: Tables

  private static func section(_ foreign: ForeignDataset) -> String {
    """
    ### \(foreign.layout.caseStudy)

    \(table(foreign.layout.fields))

    \(foreign.meaning)

    ```python
    \(foreign.program)
    ```
    """
  }

  private static func table(_ fields: [FieldSchema]) -> String {
    rows(
      ["field", "type", "dimensions of a sample", "units", "role", "values", "meaning"],
      fields.map { field in
        [
          "`\(field.name)`", "\(field.type)", "(\(field.dimensions.joined(separator: ", ")))", field.units, field.role.rawValue,
          field.isChecked ? field.requirement : "any", field.longName,
        ]
      })
  }

  private static func section(_ schema: FileSchema) -> String {
    var parts = ["## \(schema.kind.schema)", schema.purpose]
    if !schema.attributes.isEmpty { parts.append("Attributes of the root group:\n\n\(table(schema.attributes))") }
    parts.append("Datasets:\n\n\(table(schema.objects))")
    for (group, attributes) in schema.groupAttributes {
      parts.append("Attributes of the groups `\(group)`:\n\n\(table(attributes))")
    }
    return parts.joined(separator: "\n\n")
  }

  private static func table(_ attributes: [AttributeSchema]) -> String {
    rows(
      ["attribute", "type", "required", "meaning"],
      attributes.map {
        ["`\($0.name)`", "\($0.type)\($0.isArray ? " array" : "")", $0.isRequired ? "yes" : "no", $0.meaning]
      })
  }

  private static func table(_ objects: [ObjectSchema]) -> String {
    rows(
      ["dataset", "type", "dimensions", "units", "required", "meaning"],
      objects.map { object in
        [
          "`\(object.path)`", object.types.map(\.description).joined(separator: ", "),
          object.dimensions.map { "(\($0.joined(separator: ", ")))" } ?? "any", object.units ?? "its own",
          object.isRequired ? "yes" : "no",
          object.longName + (object.note.isEmpty ? "" : "; \(object.note)")
            + (object.isMeasurement ? " (role `measurement`)" : "") + (object.isCoordinate ? " (coordinates)" : ""),
        ]
      })
  }

  private static func rows(_ head: [String], _ body: [[String]]) -> String {
    func line(_ cells: [String]) -> String {
      "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
    }
    return ([line(head), line(head.map { _ in "---" })] + body.map(line)).joined(separator: "\n")
  }
}
