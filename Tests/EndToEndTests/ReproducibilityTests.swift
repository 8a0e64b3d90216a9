import Foundation
import Testing

extension SmokeRunTests {
  /// What must not change a result: shards, threads, interruptions.
  @Suite struct ReproducibilityTests {
    @Test func `Four shards merged, one run, one thread and two threads draw the same dataset`() async throws {
      let folder = try TemporaryFolder()
      // Ten blocks of draws, so that threads and shards have something to share.
      let result = try await Executables.shell(
        """
        set -e
        generate="implicit-generate linear-programs $CONFIG --set dataset.train.attempts=300 --set dataset.train.keep=120"
        $generate --threads 1 --out $D/one.h5
        $generate --threads 2 --out $D/two.h5
        $generate --out $D/all.h5
        for k in 3 1 4 2; do $generate --threads 2 --shard $k/4 --out $D/part-$k.h5; done
        implicit-generate merge $D/part-*.h5 --out $D/merged.h5
        """, SmokeRun.variables.merging(["D": folder.path]) { $1 })
      try #require(result.status == 0, "\(result.errors)")
      let hashes = try ["one", "two", "all", "merged"].map { try contentHash(of: "\(folder.path)/\($0).h5") }
      #expect(Set(hashes).count == 1)
      #expect(try hashes[0] != contentHash(of: "\(SmokeRun.folder)/dataset.h5"))
    }

    @Test func `One thread and two threads train and measure the same`() async throws {
      let folder = try TemporaryFolder()
      let result = try await Executables.shell(
        """
        set -e
        for n in 1 2; do
          implicit-train $CONFIG --set training.chunk=3 --threads $n --model implicit-8 --dataset $SMOKE/dataset.h5 --out $D/$n.h5
          implicit-sweep $CONFIG --set sweep.chunk=3 --threads $n --model $D/$n.h5 --dataset $SMOKE/dataset.h5 \
            --out $D/$n.sweep.h5
        done
        """, SmokeRun.variables.merging(["D": folder.path]) { $1 })
      try #require(result.status == 0, "\(result.errors)")
      for kind in ["", ".sweep"] {
        #expect(
          try contentHash(of: "\(folder.path)/1\(kind).h5") == contentHash(of: "\(folder.path)/2\(kind).h5"), "\(kind)")
      }
    }

    /// Matrix products of that size are worth several threads to the library that makes them, which then rounds otherwise.
    @Test func `Threads leave no trace at the size of the demo either`() async throws {
      let folder = try TemporaryFolder()
      let result = try await Executables.shell(
        """
        set -e
        case="--config pipelines/linear-programs.yaml --preset demo"
        implicit-generate linear-programs $case --out $D/data.h5
        train="implicit-train $case --set training.phases.0.steps=20 --set training.phases.1.steps=1 --model implicit-8 --dataset $D/data.h5"
        $train --threads 1 --out $D/one.h5
        $train --threads 2 --out $D/two.h5
        OMP_NUM_THREADS=1 $train --threads 1 --out $D/alone.h5
        """, SmokeRun.variables.merging(["D": folder.path]) { $1 })
      try #require(result.status == 0, "\(result.errors)")
      let hashes = try ["one", "two", "alone"].map { try contentHash(of: "\(folder.path)/\($0).h5") }
      #expect(Set(hashes).count == 1)
    }
  }
}
