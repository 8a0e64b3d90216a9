import Foundation
import HDF5
import Testing

extension SmokeRunTests {
  /// Outputs that cannot be written: exit status 73 where they cannot be created, 74 where the space ends half-way.
  @Suite struct BadOutputTests {
    /// Every command that writes a file or a folder, as `$FILE`.
    static let writers = [
      "implicit-generate linear-programs $CONFIG --out $FILE",
      "implicit-train $CONFIG --model implicit-8 --dataset $SMOKE/dataset.h5 --out $FILE",
      "implicit-sweep $CONFIG --model $SMOKE/implicit-8.h5 --dataset $SMOKE/dataset.h5 --out $FILE",
      "implicit-aggregate $SMOKE/implicit-8.sweep.h5 --out $FILE",
      "implicit-inspect import-weights --architecture implicit-gnn --safetensors $SMOKE/weights --out $FILE",
      "implicit-inspect export-weights $SMOKE/implicit-8.h5 --safetensors $FILE",
    ]

    @Test(arguments: writers) func `Below a file nothing can be created`(writer: String) async throws {
      try await Refusal(
        "touch $IN/file; FILE=$IN/file/result.h5; \(writer)", 73, "$IN/file/result.h5: cannot ",
        "check that the folder"
      ).check()
    }

    /// A size limit acts on every file system and for root, with the error of a quota.
    @Test(arguments: writers) func `A file that may not grow is an error, and nothing of it stays`(writer: String)
      async throws
    {
      try await Refusal("ulimit -f 2; FILE=$OUT/result.h5; \(writer)", 74, "$OUT/result.h5", "File too large", "free some space")
        .check()
    }

    static let generate = "implicit-generate linear-programs $CONFIG"
    static let others = [
      Refusal("\(generate) --out $OUT", 73, "$OUT: ", "found a folder", "$OUT/result.h5"),
      Refusal("\(generate) --out $OUT/none/d.h5", 73, "$OUT/none/d.h5: ", "No such file or directory", "the folder $OUT/none"),
      Refusal(
        "implicit-inspect export-weights $SMOKE/implicit-8.h5 --safetensors $OUT/none/w", 73, "$OUT/none/w: ",
        "No such file or directory"),
      Refusal("\(generate) --out /proc/d.h5", 73, "/proc/d.h5: "),
      Refusal(
        "flock $IN/d.h5.lock \(generate) --out $IN/d.h5", 73, "$IN/d.h5: ", "another process is writing this output", "wait"),
      Refusal(
        "cp $SMOKE/implicit-8.h5 $IN/m.h5; implicit-train $CONFIG --set seed=9 --model implicit-8 --dataset $SMOKE/dataset.h5 "
          + "--out $IN/m.h5", 73, "$IN/m.h5: ", "a model of `implicit-8`", "made with other settings", "--replace"),
      Refusal("implicit-inspect $SMOKE/dataset.h5 >/dev/full", 74, "standard output: ", "No space left on device"),
    ]

    @Test(arguments: others) func `An output that cannot be is named with the reason`(refusal: Refusal) async throws {
      try await refusal.check()
    }
  }
}

extension SmokeRunTests {
  /// The same on file systems of our own, where the system allows a private one.
  @Suite(
    .enabled("no right to mount a file system") {
      try await Executables.shell("unshare -m mount -t tmpfs none /mnt").status == 0
    })
  struct BadFileSystemTests {
    /// One for each way of writing: HDF5, a folder, plain bytes.
    static let writers = [0, 3, 5].map { BadOutputTests.writers[$0] }

    /// A line that runs with a file system mounted on `$OUT`, prints what it finds there afterwards, and ends as it did.
    static func mounted(_ options: String, _ line: String) -> String {
      "unshare -m sh -c 'mount -t tmpfs -o \(options) none $OUT; FILE=$OUT/result.h5; \(line); s=$?; ls -A $OUT; exit $s'"
    }

    @Test(arguments: writers) func `A full disk is an error, and nothing stays on it`(writer: String)
      async throws
    {
      try await Refusal(Self.mounted("size=8k", writer), 74, "$OUT/result.h5", "No space left on device", "free some space")
        .check()
    }

    @Test(arguments: writers) func `On a read-only file system nothing can be created`(writer: String)
      async throws
    {
      try await Refusal(Self.mounted("ro", writer), 73, "$OUT/result.h5: ", "Read-only file system", "you may write there")
        .check()
    }
  }
}
