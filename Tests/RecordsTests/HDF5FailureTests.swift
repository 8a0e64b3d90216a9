import HDF5
import Support
import Testing

@Suite struct HDF5FailureTests {
  @Test(arguments: [
    (HDF5Error.Kind.notFound, Support.ExitStatus.missingInput), (.cannotOpen, .missingInput),
    (.cannotCreate, .cannotCreate),
    (.notHDF5, .badData), (.truncated, .badData), (.corrupt, .badData), (.missingObject, .badData),
    (.typeMismatch, .badData),
    (.shapeMismatch, .badData), (.noSpace, .io), (.io, .io), (.library, .io), (.closed, .bug), (.invalidValue, .bug),
  ])
  func `An error of the HDF5 layer has its status, location and remedy`(
    _ kind: HDF5Error.Kind, _ status: Support.ExitStatus
  ) {
    let failure = Failure(
      describing: HDF5Error(kind, operation: "read dataset", file: "a.h5", object: "/x", stack: "H5D") as any Error)
    #expect(failure.status == status)
    #expect(failure.location == "a.h5:/x")
    #expect(failure.problem.hasPrefix("cannot read dataset: "))
    #expect(failure.remedy?.isEmpty == false)
  }
}
