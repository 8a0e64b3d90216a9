/// The part of data/FORMAT.md on files from elsewhere.
extension FormatReference {
  static let foreign = """
    ## Writing a dataset with other tools

    A dataset from elsewhere needs the header, the groups, and the fields that the case study names with role `input` or
    `label`. `content_sha256`, `/provenance`, `index`, certificates, dimension scales and the attributes of the datasets may
    be left out; units that are stated must be those of the case study. `index` numbers the draws: from 0, ascending, each once.
    Inputs and labels must be finite, and in the range that the case study gives them. Set `complete` last.

    Below, each case study has a table of its fields and a whole Python program that writes 40 samples of them to the file named
    as its argument; `implicit-inspect validate FILE` says whether what you wrote is accepted.
    """
}
