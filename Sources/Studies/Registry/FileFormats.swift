import Records
import StudyKit

private let fileFormats = caseStudies.compactMap { $0 as? any HasFileFormats.Type }

/// All kinds of files: those of every case study, and those that one has of its own.
public let fileCatalog = SchemaCatalog(fileFormats.flatMap { $0.fileSchemas })

/// The text of data/FORMAT.md.
public let formatReference = FormatReference.markdown(
  fileCatalog, foreignDatasets: fileFormats.compactMap { $0.foreignDatasets })
