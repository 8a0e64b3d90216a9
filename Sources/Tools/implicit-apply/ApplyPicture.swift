import ArgumentParser
import Foundation
import Records
import StudyKit
import StudyRegistry
import Support
import ToolKit

struct ApplyPicture: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "picture", abstract: "Restores a picture of your own, by a model of a case study of pictures.",
    discussion: """
      The blur is given or guessed: `--kernel gaussian:1.5` (standard deviation in pixels), `disc:3` (radius in pixels, as a lens out
      of focus), or a file with a kernel (.npy, or .h5 with the array /kernels); `kernels.npy:2` is the third of several. Networks do
      best on blur and noise like those of their training.
      """)

  @Argument(help: ArgumentHelp("A JPEG or PNG file.", valueName: "picture"))
  var picture: String

  @Option(help: ArgumentHelp("The model, as implicit-train made it.", valueName: "file.h5"))
  var model: String

  @Option(
    help: ArgumentHelp(
      "The blur: gaussian:PIXELS, disc:PIXELS, or a file, with :NUMBER if it holds several.", valueName: "kernel")
  )
  var kernel: String

  @OptionGroup var iteration: IterationOptions

  @Option(name: .customLong("out"), help: ArgumentHelp("The PNG file to write.", valueName: "file.png"))
  var output: String

  @OptionGroup var replacement: ReplaceOptions

  func run() throws {
    Log.start()
    let file = try ModelFile(model)
    let study = try caseStudy(named: file.header.caseStudy, statedBy: model)
    guard let study = study as? any HasPictures.Type else {
      throw Failure(
        .usage, "the case study \(study.name) has no pictures", at: model,
        remedy: "apply its models to a dataset: implicit-apply dataset")
    }
    guard (output as NSString).pathExtension.lowercased() == "png" else {
      throw Failure(
        .usage, "the restored picture is a PNG file, expected a name that ends in .png", at: output,
        remedy: "for example restored.png")
    }
    // Nobody knows whose a picture is.
    let claim = OutputClaim(output, inputs: [picture, model, kernel], replaces: replacement.replace) {
      FileManager.default.fileExists(atPath: $0) ? "a file" : nil
    }
    try withOutputLock(claim) {
      try study.restore(
        picture, with: file, kernel: kernel, solver: file.solver(iteration.solver), iterations: iteration.iterations, to: output)
    }
    print(output)
  }
}
