import Records
import StudyKit

extension SteadyFlowStudy: HasForeignDatasets {
  /// Parallel flows u = (a sin(k y + phase), 0), which are steady under the force nu k^2 u. Networks see the fields divided by their scales.
  public static let foreignDataset = ForeignDataset(
    layout,
    "Parallel flows u = (a sin(k y + phase), 0), which are steady under the force nu k^2 u. Networks see the fields divided by their scales.",
    samples: """
      points, viscosity = 32, 0.05

      def samples(count):
          y = 2 * np.pi * np.arange(points) / points                   # along the second axis
          a, phase = random.uniform(0.5, 1.5, count), random.uniform(0, 2 * np.pi, count)
          k = random.integers(1, 4, count)
          angle = k[:, None] * y + phase[:, None]
          along = lambda profile: np.repeat(profile[:, None, :], points, axis=1)      # constant in x
          speed, slope = a[:, None] * np.sin(angle), (a * k)[:, None] * np.cos(angle)
          force = along(viscosity * k[:, None] ** 2 * speed)
          vorticity = along(-slope)                                    # d u_y / d x - d u_x / d y
          return dict(input=np.stack([force, np.zeros_like(force)], axis=1), solution=vorticity,
                      viscosity=np.full(count, viscosity), input_scale=np.full(count, force.std()),
                      solution_scale=np.full(count, vorticity.std()))
      """)
}
