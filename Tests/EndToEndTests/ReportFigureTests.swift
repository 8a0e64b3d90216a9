import Foundation
import Testing

/// The figures that only a case study has need the models and datasets of the sweeps, which may be gone when a report is made.
@Suite struct ReportFigureTests {
  @Test func `A report says which figures of the case study are missing, and why`() async throws {
    let folder = try TemporaryFolder()
    let variables = [
      "D": folder.path,
      "CONFIG": "--config pipelines/scalar-maps.yaml --preset smoke",
    ]
    let made = try await Executables.shell(
      """
      set -e
      implicit-generate scalar-maps $CONFIG --out $D/dataset.h5
      for model in reciprocal-linear ring-recipe; do
        implicit-train $CONFIG --model $model --dataset $D/dataset.h5 --out $D/$model.h5
        implicit-sweep $CONFIG --model $D/$model.h5 --dataset $D/dataset.h5 --out $D/$model.sweep.h5
      done
      implicit-aggregate $D/*.sweep.h5 --out $D/whole
      rm $D/ring-recipe.h5
      implicit-aggregate $D/*.sweep.h5 --out $D/model-gone
      cp $D/reciprocal-linear.h5 $D/ring-recipe.h5
      implicit-aggregate $D/*.sweep.h5 --out $D/model-replaced
      rm $D/dataset.h5
      implicit-aggregate $D/*.sweep.h5 --out $D/data-gone
      """, variables)
    try #require(made.status == 0, "\(made.errors)")
    func page(_ report: String) throws -> String {
      try String(contentsOfFile: "\(folder.path)/\(report)/report.html", encoding: .utf8)
    }
    func figures(_ report: String) throws -> Set<String> {
      Set(try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/\(report)/figures"))
    }
    let (kept, lost) = ("iterates-reciprocal-linear.svg", "iterates-ring-recipe.svg")
    #expect(try figures("whole").isSuperset(of: [kept, lost]) && !page("whole").contains("leave out"))
    for (report, reason) in [
      ("model-gone", "the model that \(folder.path)/ring-recipe.sweep.h5 was made of is not there"),
      ("model-replaced", "this is not the file any more that \(folder.path)/ring-recipe.sweep.h5 was made of"),
    ] {
      #expect(try figures(report).contains(kept) && !figures(report).contains(lost))
      let html = try page(report)
      #expect(html.contains("Figures of scalar-maps leave out ring-recipe: \(reason)"), "\(html)")
      #expect(!html.contains("leave out reciprocal-linear"))
      // What needs no model is there all the same.
      #expect(try figures(report).contains { $0.hasPrefix("error-iteration") })
    }
    let bare = try page("data-gone")
    for model in ["reciprocal-linear", "ring-recipe"] {
      #expect(bare.contains("Figures of scalar-maps leave out \(model): "))
    }
  }
}
