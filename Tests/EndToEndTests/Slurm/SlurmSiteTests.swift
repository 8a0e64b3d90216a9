import Foundation
import Testing

/// Clusters that answer otherwise than a fresh Slurm does: stand-ins for its commands, in front of any that are installed.
@Suite struct SlurmSiteTests {
  /// Commands that remember the jobs they took: `$STATE/job-N` is in the queue, and holds what sbatch was given.
  private static let commands = [
    "sinfo": "exit 0", "sacct": "exit 0",
    "scancel": #"for a in "$@"; do rm -f "$STATE/job-$a"; done"#,
    "scontrol": "exit 0",
    // As `squeue -h --me -o '%F|%k|%j'`.
    "squeue": """
    case "$*" in *%k*) ;; *) exit 0 ;; esac
    for f in "$STATE"/job-*; do
      [ -e "$f" ] || continue
      script=$(tail -n 1 "$f")
      option() { sed -n "s/^#SBATCH --$1=//p" "$script" | tr -d '"'"'"; }
      echo "${f##*-}|$(option comment)|$(option job-name)"
    done
    """,
  ]

  /// Takes a job, and says no number: a body of sbatch ends with that.
  private static let take = """
    n=$(( $(cat "$STATE/last" 2>/dev/null || echo 70) + 1 )); echo $n >"$STATE/last"
    printf '%s\\n' "$@" >"$STATE/job-$n"
    """
  private static let skipTest = #"for a in "$@"; do [ "$a" != --test-only ] || exit 0; done"#

  /// What `submit` of four tasks says, and what is in the queue then.
  private func submit(sbatch: String) async throws -> (
    status: Int32, output: String, errors: String, queue: [String]
  ) {
    let folder = try TemporaryFolder()
    let files = FileManager.default
    for name in ["bin", "state"] {
      try files.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
    }
    for (name, body) in Self.commands.merging(["sbatch": sbatch], uniquingKeysWith: { $1 }) {
      let path = "\(folder.path)/bin/\(name)"
      try Data("#!/usr/bin/env bash\n\(body)\n".utf8).write(to: URL(filePath: path))
      try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    }
    let result = try await Executables.shell(
      """
      PATH=$D/bin:$PATH implicit-pipeline submit pipelines/scalar-maps.yaml --preset smoke --profile slurm/profiles/local.yaml \\
        --set pipeline.shards=1 --out $D/run
      """, ["D": folder.path, "STATE": "\(folder.path)/state"])
    let state = try names(in: "\(folder.path)/state")
    return (
      result.status, result.output, result.errors, state.filter { $0.hasPrefix("job-") }.map { String($0.dropFirst(4)) }
    )
  }

  @Test(arguments: [
    #"echo "   Welcome to Example3"; echo "--> Verifying valid submit host (login2)...OK"; echo "$n""#,
    #"echo "sbatch: warning: your quota is nearly used" >&2; echo "$n;cluster-2""#, #"echo "$n"; echo "Have a nice day""#,
  ])
  func `The number of a job is found between the words of a site`(words: String) async throws {
    let result = try await submit(sbatch: "\(Self.skipTest)\n\(Self.take)\n\(words)")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.queue.count == 4 && result.output.contains("job \(result.queue[0])  "), "\(result.output)")
  }

  @Test(arguments: [
    "echo 'sbatch: error: Batch job submission failed: Socket timed out on send/recv operation' >&2; exit 1", "echo nothing",
  ])
  func `A job that was taken although the answer was lost is found in the queue`(end: String) async throws {
    let result = try await submit(sbatch: "\(Self.skipTest)\n\(Self.take)\n[ $n = 72 ] || { echo $n; exit; }\n\(end)")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.queue == ["71", "72", "73", "74"] && result.output.contains("job 72  "), "\(result.output)")
  }

  @Test func `Without number and without job in the queue nothing is left of the submission`() async throws {
    let result = try await submit(
      sbatch: "\(Self.skipTest)\n[ \"$(cat \"$STATE/last\" 2>/dev/null)\" = 71 ] && exit 0\n\(Self.take)\necho $n")
    #expect(result.status == 74 && result.errors.contains("did not say which number"), "\(result.errors)")
    #expect(result.queue == [])
  }

  private static let drained = """
    for a in "$@"; do
      [ "$a" != --test-only ] || { echo "allocation failure: Requested node configuration is not available" >&2; exit 1; }
    done
    """

  @Test func `While all nodes are drained the jobs wait in the queue`() async throws {
    let result = try await submit(sbatch: "\(Self.drained)\n\(Self.take)\necho $n")
    #expect(result.status == 0 && result.errors.contains("wait for their nodes"), "\(result.errors)")
    // Four that asked and went, and the four that stay.
    #expect(result.queue == ["75", "76", "77", "78"])
  }

  @Test func `A job that no node could ever take is refused by sbatch itself, and takes the others with it`() async throws {
    let result = try await submit(
      sbatch: """
        \(Self.drained)
        [ "$(cat "$STATE/last" 2>/dev/null)" != 72 ] || {
          echo "sbatch: error: Batch job submission failed: Requested node configuration is not available" >&2; exit 1; }
        \(Self.take)
        echo $n
        """)
    #expect(result.status == 64 && result.errors.contains("Slurm refuses this job"), "\(result.errors)")
    #expect(result.queue == [])
  }

  @Test func `Of a Slurm that is gone status says one line`() async throws {
    let folder = try TemporaryFolder()
    let result = try await Executables.shell(
      """
      mkdir $D/bin
      cat >$D/bin/squeue <<'TEXT'
      #!/bin/sh
      echo "squeue: error: resolve_ctls_from_dns_srv: res_nsearch error: Unknown host" >&2
      echo "squeue: error: fetch_config: DNS SRV lookup failed" >&2
      echo "squeue: fatal: Could not establish a configuration source" >&2
      exit 1
      TEXT
      chmod +x $D/bin/squeue
      implicit-pipeline run pipelines/scalar-maps.yaml --preset smoke --out $D/run >$D/log 2>&1
      mkdir -p $D/run/slurm
      cat >$D/run/slurm/jobs.json <<TEXT
      {"token": "a", "folder": "$(realpath $D/run)", "submissions": 1, "jobs": [{"id": "7", "name": "generate", "submission": 1,
       "isArray": false, "elements": [{"index": 0, "tasks": ["generate"]}]}]}
      TEXT
      PATH=$D/bin:$PATH implicit-pipeline status $D/run
      """, ["D": folder.path])
    #expect(result.status == 0, "\(result.errors)")
    let lines = result.output.split(separator: "\n").filter {
      $0.contains("Slurm") || $0.contains("squeue") || $0.contains("DNS")
    }
    #expect(lines.count == 1 && lines[0].contains("Could not establish a configuration source"), "\(result.output)")
  }
}
