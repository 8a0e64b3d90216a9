import Records
import StudyKit

extension ScalarMapStudy: HasForeignDatasets {
  /// Points of the map 1/x, which is number 0.
  public static let foreignDataset = ForeignDataset(
    layout, "Points of the map 1/x, which is number 0.",
    samples: """
      def samples(count):
          x = random.uniform(0.05, 1, (count, 1))
          return dict(map=np.zeros(count), level=np.zeros(count), x=x, y=1 / x[:, 0])
      """)
}
