import Foundation
import Testing

/// A copy of the set-up scripts on a machine of stand-ins: the PATH holds a few basic tools and, for everything the
/// set-up looks for or installs with, a script that only writes into a log what it was asked to do.
struct FakeMachine: ~Copyable {
  let folder: URL
  /// With a space, as any path may have one.
  var repository: URL { folder.appending(path: "a repository") }
  var libtorch: URL { repository.appending(path: ".deps/libtorch") }
  private var tools: URL { folder.appending(path: "bin") }

  /// - Parameter missing: programs that are not there: `gnuplot`, `h5dump`, `pkg-config`, `swift`, `python3`, `unzip`,
  ///   `sbatch`, `shellcheck`.
  init(isRoot: Bool = true, missing: Set<String> = []) throws {
    let files = FileManager.default
    folder = files.temporaryDirectory.appending(path: "setup-\(UUID().uuidString)")
    let pipelines = repository.appending(path: "pipelines")
    for url in [tools, pipelines] { try files.createDirectory(at: url, withIntermediateDirectories: true) }
    let source = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../pipelines")
    for name in ["setup.sh", "demo.sh"] {
      try files.copyItem(at: source.appending(path: name), to: pipelines.appending(path: name))
    }
    let basics = [
      "bash", "basename", "cat", "chmod", "cut", "dirname", "env", "find", "flock", "mkdir", "mktemp", "mv", "rm", "touch",
    ]
    for tool in basics {
      let path = ["/usr/bin/\(tool)", "/bin/\(tool)"].first { files.fileExists(atPath: $0) }
      try files.createSymbolicLink(
        at: tools.appending(path: tool), withDestinationURL: URL(filePath: try #require(path, "\(tool)")))
    }
    let script = try String(contentsOf: source.appending(path: "setup.sh"), encoding: .utf8)
    let pinnedHash = try #require(script.firstMatch(of: /torch_wheel_sha256="([0-9a-f]{64})"/)).1
    var standIns = [
      "id": "echo \(isRoot ? 0 : 1000)",
      "uname": "[ $1 = -s ] && echo Linux || echo x86_64",
      "sha256sum": "echo \"${HASH-\(pinnedHash)}  $1\"",
      // Package lists are stale until `apt-get update`, if the test says so.
      "apt-get": """
      echo "apt-get $1 ${@: -1}" >>"$LOG"
      if [ "$1" = update ]; then STALE=; touch "$LOG.updated"; fi
      [ -z "$STALE" ] || [ -e "$LOG.updated" ] || exit 100
      """,
      // Its libraries are there unless the test says so; an environment has them once pip was asked for them.
      "python3": """
      [ "$1" != -c ] || { [ -z "$NO_LIBRARIES" ]; exit; }
      if [ "$2" = venv ]; then
        [ "$NO_LIBRARIES" != forever ] || exit 1
        echo "venv $(basename "$3")" >>"$LOG"
        mkdir -p "$3/bin"
        cat >"$3/bin/python3" <<'PYTHON'
      #!/bin/bash
      [ "$1" != -c ] || { [ -e "$0.libraries" ]; exit; }
      echo "venv pip $3 ${*:6}" >>"$LOG"
      touch "$0.libraries"
      PYTHON
        chmod +x "$3/bin/python3"
        exit
      fi
      [ "$3" != --version ] || exit 0
      echo "pip $3 ${@: -1}" >>"$LOG"
      while [ $# -gt 1 ]; do [ "$1" != --dest ] || touch "$2/torch.whl"; shift; done
      """,
      "unzip": """
      while [ "$1" != -d ]; do shift; done
      mkdir -p "$2/torch/lib" && touch "$2/torch/lib/libtorch.so"
      [ -z "$KILL_PARENT" ] || kill -KILL $PPID
      """,
    ]
    for name in ["swift", "pkg-config", "gnuplot", "h5dump", "sbatch", "shellcheck"] { standIns[name] = "exit 0" }
    for (name, body) in standIns where !missing.contains(name) {
      let file = tools.appending(path: name)
      try Data("#!/bin/bash\n\(body)\n".utf8).write(to: file)
      try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Runs a script of the repository from another folder.
  ///
  /// - Returns: the exit code (minus the signal's number when killed), what it printed, and what the stand-ins did.
  func run(
    _ script: String = "setup.sh", _ arguments: [String] = [], environment: [String: String] = [:]
  ) throws -> (code: Int32, output: String, log: [String]) {
    let log = folder.appending(path: "log")
    try Data().write(to: log)
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = [repository.appending(path: "pipelines/\(script)").path] + arguments
    process.currentDirectoryURL = folder
    process.environment = ["PATH": tools.path, "LOG": log.path].merging(environment) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let lines = try String(contentsOf: log, encoding: .utf8).split(separator: "\n").map(String.init)
    let code = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    return (code, output, lines)
  }
}
