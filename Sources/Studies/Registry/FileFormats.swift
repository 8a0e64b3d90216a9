import Records
import StudyKit

/// All kinds of files: those of every case study, and those that one has of its own.
public let fileCatalog = SchemaCatalog(caseStudies.compactMap { $0 as? any HasFileFormats.Type }.flatMap { $0.fileSchemas })

/// How other programs write datasets of each case study.
public let foreignDatasets = caseStudies.compactMap { ($0 as? any HasForeignDatasets.Type)?.foreignDataset }

/// The text of data/FORMAT.md.
public let formatReference = FormatReference.markdown(fileCatalog, foreignDatasets: foreignDatasets)
