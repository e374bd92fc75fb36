import Tensors
import Testing

/// Limits of containers and job schedulers.
@Suite struct ControlGroupTests {
  private func groups(_ files: [String: String]) -> ControlGroups { ControlGroups { files[$0] } }

  @Test func theSmallestOfAllGroupsCounts() {
    let second = groups([
      "/proc/self/cgroup": "0::/slurm/job_7/step\n",
      "/sys/fs/cgroup/slurm/cpu.max": "800000 100000\n",
      "/sys/fs/cgroup/slurm/job_7/cpu.max": "150000 100000\n",
      "/sys/fs/cgroup/slurm/job_7/step/cpu.max": "max 100000\n",
      "/sys/fs/cgroup/slurm/memory.max": "max\n",
      "/sys/fs/cgroup/slurm/job_7/memory.max": "2147483648\n",
    ])
    #expect(second.cores == 1.5)
    #expect(second.memory == 2_147_483_648)
    let first = groups([
      "/proc/self/cgroup": "5:cpuacct,cpu:/docker/a\n4:memory:/docker/a\n0::/\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
      "/sys/fs/cgroup/cpu/docker/a/cpu.cfs_quota_us": "400000\n",
      "/sys/fs/cgroup/cpu/docker/a/cpu.cfs_period_us": "100000\n",
      "/sys/fs/cgroup/memory/docker/a/memory.limit_in_bytes": "1073741824\n",
    ])
    #expect(first.cores == 4)
    #expect(first.memory == 1_073_741_824)
  }

  @Test(arguments: [
    [:], ["/proc/self/cgroup": "0::/\n"],
    ["/proc/self/cgroup": "0::/a\n", "/sys/fs/cgroup/a/cpu.max": "max 100000\n"],
    ["/proc/self/cgroup": "nonsense", "/sys/fs/cgroup/cpu.max": "0 0"],
    ["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "0 0"],
  ])
  func withoutALimitThereIsNone(files: [String: String]) {
    #expect(groups(files).cores == nil && groups(files).memory == nil)
  }

  @Test func threadsAreNoMoreThanTheCoresThatAreGranted() {
    #expect(Workers.cores(of: 8, granted: nil) == 8)
    #expect(Workers.cores(of: 8, granted: 1.5) == 2)
    #expect(Workers.cores(of: 8, granted: 0.2) == 1)
    #expect(Workers.cores(of: 2, granted: 16) == 2)
    #expect(Workers().count == Workers.availableCores)
  }
}
