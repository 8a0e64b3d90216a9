import Foundation

/// How many cores this process may use.
public enum Cores {
  /// The smallest of what the affinity mask, the control group and Slurm grant; at least 1.
  public static func available() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let groups = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""
    return available(
      affinity: affinity(status: status) ?? ProcessInfo.processInfo.activeProcessorCount,
      quota: quota(groups: groups) { try? String(contentsOfFile: "/sys/fs/cgroup/" + $0, encoding: .utf8) },
      environment: ProcessInfo.processInfo.environment)
  }

  static func available(affinity: Int, quota: Double?, environment: [String: String]) -> Int {
    // A quota of 1.5 cores keeps two threads three quarters busy, which beats one.
    let limits = [affinity, quota.map { Int($0.rounded(.up)) }, environment["SLURM_CPUS_PER_TASK"].flatMap { Int($0) }]
    return max(1, limits.compactMap { $0 }.filter { $0 > 0 }.min() ?? 1)
  }

  /// The number of cores that the scheduler may place this process on (taskset, cpuset).
  ///
  /// - Parameter status: the content of `/proc/self/status`, with a line like `Cpus_allowed_list: 0-3,8`.
  static func affinity(status: String) -> Int? {
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed_list:") }) else {
      return nil
    }
    let ranges = line.dropFirst("Cpus_allowed_list:".count).split(separator: ",").map { range in
      range.split(separator: "-").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    }
    return ranges.reduce(0) { $0 + ($1.last ?? 0) - ($1.first ?? 1) + 1 }
  }

  /// The CPU time that the control group grants per unit of time, in cores; nil without a limit.
  ///
  /// - Parameters:
  ///   - groups: the content of `/proc/self/cgroup`: `0::/path` (version 2), `4:cpu,cpuacct:/path` (version 1).
  ///   - read: the content of a file below the control group's root.
  static func quota(groups: String, read: (String) -> String?) -> Double? {
    var limits: [Double] = []
    for line in groups.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      if fields[0] == "0" && fields[1].isEmpty {
        // A limit on any ancestor binds too; inside a container the root itself carries it.
        for folder in ancestors(fields[2]) {
          let parts = read("\(folder)cpu.max")?.split(whereSeparator: \.isWhitespace).map(String.init) ?? []
          if parts.count == 2, let time = Double(parts[0]), let period = Double(parts[1]), period > 0 {
            limits.append(time / period)
          }
        }
      } else if fields[1].split(separator: ",").contains("cpu") {
        for folder in ancestors(fields[2]) {
          if let time = number(read("\(fields[1])/\(folder)cpu.cfs_quota_us")), time > 0,
            let period = number(read("\(fields[1])/\(folder)cpu.cfs_period_us")), period > 0
          {
            limits.append(time / period)
          }
        }
      }
    }
    return limits.min()
  }

  private static func number(_ text: String?) -> Double? {
    text.flatMap { Double($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  /// `/a/b` -> `a/b/`, `a/`, and the root, an empty path.
  private static func ancestors(_ path: Substring) -> [String] {
    let parts = path.split(separator: "/")
    return (0...parts.count).reversed().map { parts.prefix($0).map { "\($0)/" }.joined() }
  }
}
