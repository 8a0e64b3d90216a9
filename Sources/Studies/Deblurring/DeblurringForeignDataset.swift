import Records
import StudyKit

extension DeblurringStudy: HasForeignDatasets {
  /// Smooth random pictures, blurred periodically by a box of 5 x 5 pixels, with noise. The centre of a kernel is its middle.
  public static let foreignDataset = ForeignDataset(
    layout,
    "Smooth random pictures, blurred periodically by a box of 5 x 5 pixels, with noise. The centre of a kernel is its middle.",
    samples: """
      size, width, noise = 32, 5, 0.03

      def picture():
          field = random.normal(size=(3, size, size))
          waves = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.fftfreq(size))
          field = np.fft.ifft2(np.fft.fft2(field) * np.exp(-(12 * waves) ** 2)).real
          return (field - field.min()) / (field.max() - field.min())

      def samples(count):
          image = np.stack([picture() for _ in range(count)])
          kernel = np.full((count, width, width), 1 / width ** 2)
          shifts = range(-(width // 2), width // 2 + 1)
          blurred = sum(np.roll(image, (i, j), axis=(2, 3)) for i in shifts for j in shifts) / width ** 2
          return dict(measurement=blurred + noise * random.normal(size=image.shape), kernel=kernel,
                      noise_level=np.full(count, noise), image=image)
      """)
}
