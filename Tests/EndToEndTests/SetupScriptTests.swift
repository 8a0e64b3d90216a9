import Foundation
import Testing

@Suite struct SetupScriptTests {
  @Test func `A bare machine gets LibTorch, and a second set-up does nothing`() throws {
    let machine = try FakeMachine()
    let first = try machine.run()
    #expect(first.code == 0, "\(first.output)")
    #expect(first.log == ["pip download torch==2.13.0+cpu"])
    #expect(FileManager.default.fileExists(atPath: machine.libtorch.appending(path: "lib/libtorch.so").path))
    let deps = machine.libtorch.deletingLastPathComponent()
    #expect(Set(try FileManager.default.contentsOfDirectory(atPath: deps.path)) == ["libtorch", "lock"])
    let second = try machine.run()
    #expect(second.code == 0 && second.log.isEmpty)
    #expect(second.output == "setup: everything is in place\n")
  }

  @Test func `A set-up killed while unpacking leaves no LibTorch, and the next one cleans up and installs it`() throws {
    let machine = try FakeMachine()
    #expect(try machine.run(environment: ["KILL_PARENT": "1"]).code == -9)
    #expect(!FileManager.default.fileExists(atPath: machine.libtorch.path))
    #expect(try machine.run().code == 0)
    let deps = machine.libtorch.deletingLastPathComponent()
    #expect(Set(try FileManager.default.contentsOfDirectory(atPath: deps.path)) == ["libtorch", "lock"])
  }

  @Test func `Another version is replaced`() throws {
    let machine = try FakeMachine()
    #expect(try machine.run().code == 0)
    try Data("1.0.0 abc\n".utf8).write(to: machine.libtorch.appending(path: "WHEEL"))
    try Data().write(to: machine.libtorch.appending(path: "lib/old.so"))
    #expect(try machine.run().log == ["pip download torch==2.13.0+cpu"])
    #expect(!FileManager.default.fileExists(atPath: machine.libtorch.appending(path: "lib/old.so").path))
  }

  @Test func `A wheel with another hash is not installed`() throws {
    let machine = try FakeMachine()
    let result = try machine.run(environment: ["HASH": "0123"])
    #expect(result.code == 65)
    #expect(result.output.contains("has SHA-256 0123, expected"))
    #expect(!FileManager.default.fileExists(atPath: machine.libtorch.path))
  }

  @Test func `With LIBTORCH nothing is installed, and what is no LibTorch is refused`() throws {
    let machine = try FakeMachine()
    let wrong = try machine.run(environment: ["LIBTORCH": machine.folder.path])
    #expect(wrong.code == 69 && wrong.output.contains("lib/libtorch.so is not there") && wrong.log.isEmpty)
    let relative = try machine.run(environment: ["LIBTORCH": "libtorch"])
    #expect(relative.code == 64 && relative.output.contains("full path"))
    let own = machine.folder.appending(path: "own torch")
    for file in [
      "lib/libtorch.so", "lib/libtorch_cpu.so", "lib/libc10.so", "include/torch/csrc/api/include/torch/torch.h",
    ] {
      let url = own.appending(path: file)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data().write(to: url)
    }
    let right = try machine.run(environment: ["LIBTORCH": own.path])
    #expect(right.code == 0 && right.log.isEmpty && right.output.contains("using the LibTorch in \(own.path)"))
    #expect(!FileManager.default.fileExists(atPath: machine.libtorch.path))
  }

  @Test func `Missing packages are installed, after fetching package lists only where that is needed`() throws {
    let fresh = try FakeMachine(missing: ["gnuplot"])
    #expect(try fresh.run().log.first == "apt-get install gnuplot-nox")
    let stale = try FakeMachine(missing: ["gnuplot", "h5dump"])
    let result = try stale.run(environment: ["STALE": "1"])
    #expect(
      result.log.prefix(3) == ["apt-get install gnuplot-nox", "apt-get update update", "apt-get install gnuplot-nox"])
    #expect(result.output.contains("installing packages: hdf5-tools gnuplot-nox"))
  }

  @Test func `Without root, missing packages are named with the command that installs them, and nothing is done`()
    throws
  {
    let machine = try FakeMachine(isRoot: false, missing: ["pkg-config"])
    let result = try machine.run()
    #expect(result.code == 69 && result.log.isEmpty)
    #expect(
      result.output.contains(
        "apt-get install -y --no-install-recommends pkg-config libhdf5-dev libssl-dev coinor-libclp-dev libpng-dev libturbojpeg0-dev"
      ))
    #expect(!FileManager.default.fileExists(atPath: machine.libtorch.path))
  }

  @Test func `Without root it continues where no package is missing`() throws {
    let machine = try FakeMachine(isRoot: false)
    #expect(try machine.run().code == 0)
  }

  @Test func `Slurm is installed for the tests only, and without root the set-up goes on without it`() throws {
    let missing: Set = ["sbatch", "shellcheck"]
    let root = try FakeMachine(missing: missing)
    #expect(try !root.run().log.contains { $0.hasPrefix("apt-get") })
    #expect(try root.run("setup.sh", ["--with-slurm"]).output.contains("installing packages: slurm-wlm shellcheck"))
    let user = try FakeMachine(isRoot: false, missing: missing)
    let result = try user.run("setup.sh", ["--with-slurm"])
    #expect(result.code == 0 && !result.log.contains { $0.hasPrefix("apt-get") })
    #expect(result.output.contains("going on without: slurm-wlm shellcheck; tests that need them are skipped"))
  }

  @Test func `Libraries that open our files in tests go into an environment of their own, once, where Python lacks them`() throws
  {
    let machine = try FakeMachine()
    let lacking = ["NO_LIBRARIES": "1"]
    #expect(try machine.run(environment: lacking).log == ["pip download torch==2.13.0+cpu"])
    let first = try machine.run("setup.sh", ["--with-slurm"], environment: lacking)
    #expect(first.code == 0)
    #expect(first.log == ["venv python", "venv pip install h5py xarray h5netcdf netCDF4"], "\(first.output)")
    let second = try machine.run("setup.sh", ["--with-slurm"], environment: lacking)
    #expect(second.code == 0 && second.log.isEmpty)
    let complete = try FakeMachine()
    #expect(try complete.run("setup.sh", ["--with-slurm"]).log == ["pip download torch==2.13.0+cpu"])
  }

  @Test func `Where no Python environment can be made the set-up goes on, and leaves nothing half-made`() throws {
    let machine = try FakeMachine()
    let result = try machine.run("setup.sh", ["--with-slurm"], environment: ["NO_LIBRARIES": "forever"])
    #expect(result.code == 0, "\(result.output)")
    #expect(result.output.contains("going on without: h5py xarray h5netcdf netCDF4"))
    let deps = machine.libtorch.deletingLastPathComponent()
    #expect(Set(try FileManager.default.contentsOfDirectory(atPath: deps.path)) == ["libtorch", "lock"])
  }

  @Test func `What LibTorch needs to be fetched is asked for only when it is fetched`() throws {
    let without = try FakeMachine(isRoot: false, missing: ["python3", "unzip"])
    let result = try without.run()
    #expect(result.code == 69 && result.output.contains("python3-pip unzip"))
    let own = try FakeMachine(isRoot: false, missing: ["swift"])
    #expect(try own.run().output.contains("swift 6.2 or newer is not on the PATH"))
  }

  @Test(arguments: [["--preset"], ["--preset", "paper"], ["--out", ""], ["--only", "nothing"], ["--only", "all"], ["now"]])
  func `The demo refuses arguments it does not know before it installs anything`(arguments: [String]) throws {
    let machine = try FakeMachine()
    let result = try machine.run("demo.sh", arguments)
    #expect(result.code == 64 && result.log.isEmpty)
    #expect(result.output.contains("usage: pipelines/demo.sh [--preset demo|smoke] [--only CASE_STUDY] [--out DIR]"))
    let setup = try machine.run("setup.sh", arguments)
    #expect(setup.code == 64 && setup.log.isEmpty)
  }
}
