"""Steady Navier-Stokes flows by Newton-Krylov, one sample after the other, with NumPy and SciPy.

The counterpart of `implicit-generate steady-flows`: the same equation u.grad(w) = nu lap(w) + g on the periodic square, the same
dealiased modes, right-preconditioned GMRES (SciPy's) with the inverse viscous operator, the same amplitude continuation, forcing
terms and line search, to the same residual. What ours does beyond that: nested grids, the dense Jacobian of the low modes in the
preconditioner, single precision within GMRES. As there, forces are drawn from the distribution that the dataset's configuration
states, and those without a steady flow are given up by the same rule; what they cost counts for the samples that are found, as
does writing them to an HDF5 file with the same filters. Then some forces of the dataset itself are solved, to compare the solutions.
Prints one JSON line: draws and samples, wall and processor seconds per sample, residuals, Jacobian products, and the distance to
the stored solutions.
"""

import argparse
import json
import multiprocessing
import os
import re
import resource
import tempfile
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy
import scipy.fft
from scipy.sparse.linalg import LinearOperator, gmres


class Flow:
    def __init__(self, n, viscosity):
        self.n, self.viscosity = n, viscosity
        self.cut = (n - 1) // 3
        index = numpy.r_[0 : self.cut + 1, n - self.cut : n]
        kx = scipy.fft.fftfreq(n, 1 / n)[index][:, None]
        ky = numpy.arange(self.cut + 1)[None, :]
        self.index = index
        square = kx**2 + ky**2
        square[0, 0] = 1
        self.inverse = 1 / square
        self.inverse[0, 0] = 0
        self.square = square
        # u = (d psi / dy, -d psi / dx), -lap(psi) = w
        self.to_velocity = numpy.stack([1j * ky * self.inverse, -1j * kx * self.inverse])
        # curl of the divergence of u u
        self.to_curl = numpy.stack([-(kx**2 - ky**2), -kx * ky + 0 * kx])
        # Columns ky > 0 stand for two modes: with this weight the Euclidean norm is that of the field.
        self.weight = numpy.where(ky > 0, numpy.sqrt(2), 1) * numpy.ones_like(square)
        self.shape = square.shape

    def points(self, modes):
        full = numpy.zeros((*modes.shape[:-2], self.n, self.n // 2 + 1), complex)
        full[..., self.index, : self.cut + 1] = modes
        return scipy.fft.irfft2(full, s=(self.n, self.n), norm="forward")

    def velocity(self, w):
        """Of the vorticity w; the force whose curl is w is the same formula."""
        return self.points(self.to_velocity * w)

    def modes(self, fields):
        return scipy.fft.rfft2(fields, norm="forward")[:, self.index, : self.cut + 1]

    def advection(self, u):
        return (self.to_curl * self.modes(numpy.stack([u[0] * u[1], u[1] ** 2 - u[0] ** 2]))).sum(0)

    def residual(self, w, g):
        return self.advection(self.velocity(w)) + self.viscosity * self.square * w - g

    def norm(self, w):
        return numpy.linalg.norm(self.weight * w)

    def vector(self, w):
        return (self.weight * w).view(float).ravel()

    def field(self, x):
        return x.view(complex).reshape(self.shape) / self.weight

    def operator(self, w):
        """z -> J M^-1 z with M = -nu lap, acting on weighted modes."""
        u = self.velocity(w)
        scale = self.inverse / self.viscosity

        def product(x):
            self.products += 1
            v = self.velocity(self.field(x) * scale)
            change = numpy.stack([u[0] * v[1] + u[1] * v[0], 2 * (u[1] * v[1] - u[0] * v[0])])
            return x + self.vector((self.to_curl * self.modes(change)).sum(0))

        size = 2 * self.weight.size
        return LinearOperator((size, size), matvec=product, dtype=float)

    def newton(self, w, g, tolerance, settings):
        """Inexact Newton with the forcing terms of Eisenstat and Walker (choice 2) and a backtracking line search."""
        scale = self.norm(g)
        defect = self.residual(w, g)
        norm = self.norm(defect) / scale
        forcing, norms = settings["forcing"], []
        for _ in range(settings["newton"]):
            if norm <= tolerance:
                return w, norm
            if len(norms) > settings["creeping"] and norms[-1] > 0.5 * norms[-1 - settings["creeping"]]:
                return w, norm
            norms.append(norm)
            goal = min(max(forcing, 0.5 * tolerance / norm), 0.9)
            solution, _ = gmres(
                self.operator(w), self.vector(-defect), rtol=goal, atol=0, restart=settings["krylov"],
                maxiter=settings["cycles"],
            )
            step = self.field(solution) * self.inverse / self.viscosity
            length = 1.0
            while True:
                trial = w + length * step
                new = self.residual(trial, g)
                new_norm = self.norm(new) / scale
                if new_norm <= (1 - 1e-4 * length) * norm:
                    break
                length /= 2
                if length < settings["shortest"]:
                    return w, norm
            forcing = min(0.9 * (new_norm / norm) ** 2, settings["forcing"])
            w, defect, norm = trial, new, new_norm
            self.history.append((float(norm), length))
        return w, norm

    def solve(self, g, tolerance, settings):
        self.products, self.history = 0, []
        w = numpy.zeros(self.shape, complex)
        amplitude, step, previous = 0.0, settings["first_amplitude"], None
        while amplitude < 1:
            target = min(1.0, amplitude + step)
            # Secant predictor; the first one is the Stokes flow.
            if amplitude == 0:
                guess = target * g * self.inverse / self.viscosity
            elif previous is None or previous[0] == 0:
                guess = w * (target / amplitude)
            else:
                guess = w + (w - previous[1]) * ((target - amplitude) / (amplitude - previous[0]))
            goal = tolerance if target == 1 else settings["loose"]
            solution, norm = self.newton(guess, target * g, goal, settings)
            if norm <= goal:
                previous = (amplitude, w)
                amplitude, w = target, solution
                step *= settings["growth"]
            else:
                step /= 4
                if step < settings["smallest_amplitude"]:
                    break
        return w, norm, amplitude


def curl(force):
    """The modes of d f_y / dx - d f_x / dy."""
    n = force.shape[-1]
    modes = scipy.fft.rfft2(force, norm="forward")
    kx = scipy.fft.fftfreq(n, 1 / n)[:, None]
    return 1j * kx * modes[1] - 1j * numpy.arange(n // 2 + 1)[None, :] * modes[0]


TOLERANCE = 1e-9
SETTINGS = {
    "forcing": 0.3, "newton": 15, "krylov": 60, "cycles": 3, "shortest": 1 / 64, "first_amplitude": 0.25, "growth": 2.0,
    "loose": 0.1, "smallest_amplitude": 1 / 64, "creeping": 4,
}


class Forcing:
    """Gaussian random fields g whose modes have the variance c (|k|^2 + s^2)^(-p) up to |k| = k_max, as the configuration says."""

    def __init__(self, n, configuration):
        def setting(name):
            return float(re.search(rf"^ +{name}: (\S+)$", configuration, re.MULTILINE)[1])

        if setting("kolmogorov_amplitude") != 0:
            raise SystemExit("forces with a Kolmogorov component are not drawn here: set kolmogorov_amplitude to 0")
        square = scipy.fft.fftfreq(n, 1 / n)[:, None] ** 2 + scipy.fft.fftfreq(n, 1 / n)[None, :] ** 2
        variance = (square + setting("shift") ** 2) ** -setting("exponent")
        variance[(square == 0) | (square > setting("highest_wave") ** 2)] = 0
        # White noise has modes of the mean square 1 / n^2.
        self.n = n
        self.filter = setting("deviation") * n * numpy.sqrt(variance / variance.sum())[:, : n // 2 + 1]

    def modes(self, draw):
        noise = numpy.random.default_rng([1, draw]).standard_normal((self.n, self.n))
        return self.filter * scipy.fft.rfft2(noise, norm="forward")


def work(problem):
    """Residual, the flow's solver, and the modes of the vorticity, None where there is no steady flow."""
    g, viscosity, n = problem
    flow = Flow(n, viscosity)
    w, norm, amplitude = flow.solve(g[flow.index, : flow.cut + 1], TOLERANCE, SETTINGS)
    return float(norm), flow, w if amplitude == 1 else None


def sample(problem):
    """Residual, Jacobian products, and the fields that a dataset holds: force and vorticity on the points, float32, or None."""
    g, _, _ = problem
    norm, flow, w = work(problem)
    if w is None:
        return norm, flow.products, None
    return norm, flow.products, (flow.velocity(g[flow.index, : flow.cut + 1]).astype("f4"), flow.points(w).astype("f4"))


class Dataset:
    """An HDF5 file of samples, with the filters and chunks of ours."""

    def __init__(self, path, n):
        import h5py

        self.file, self.held = h5py.File(path, "w"), []
        filters = dict(compression="gzip", compression_opts=4, shuffle=True, fletcher32=True)
        self.fields = [
            self.file.create_dataset(name, (0, *shape), "f4", maxshape=(None, *shape), chunks=(16, *shape), **filters)
            for name, shape in (("input", (2, n, n)), ("solution", (n, n)))
        ]

    def append(self, fields):
        self.held.append(fields)
        if len(self.held) == 16:
            self.flush()

    def flush(self):
        for field, values in zip(self.fields, zip(*self.held)):
            field.resize(len(field) + len(values), axis=0)
            field[-len(values) :] = values
        self.held = []

    def close(self):
        self.flush()
        self.file.close()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--draws", type=int, default=256, help="forces that are drawn and timed")
    parser.add_argument("--compared", type=int, default=16, help="forces of the dataset whose solutions are compared")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    import h5py

    with h5py.File(arguments.dataset) as file:
        train, configuration = file["train"], file["provenance/configuration"][()].decode()
        n, viscosity = train["solution"].shape[-1], float(train["viscosity"][0])
        count = min(arguments.compared, len(train["viscosity"]))
        forces, vorticities = train["input"][:count].astype(float), train["solution"][:count].astype(float)
    distribution, flow = Forcing(n, configuration), Flow(n, viscosity)
    drawn = [(distribution.modes(draw), viscosity, n) for draw in range(arguments.draws)]
    with tempfile.TemporaryDirectory() as folder, multiprocessing.Pool(arguments.processes) as pool:
        pool.map(abs, range(arguments.processes))
        before, start, results = time.process_time(), time.perf_counter(), []
        dataset = Dataset(os.path.join(folder, "flows.h5"), n)
        for norm, products, fields in pool.imap(sample, drawn):
            results.append((norm, products, fields is not None))
            if fields is not None:
                dataset.append(fields)
        dataset.close()
        seconds, writing = time.perf_counter() - start, time.process_time() - before
        pool.close()
        pool.join()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    found = [result for result in results if result[2]]
    distances = []
    for force, vorticity in zip(forces, vorticities):
        stored = scipy.fft.rfft2(vorticity, norm="forward")[flow.index, : flow.cut + 1]
        _, _, w = work((curl(force), viscosity, n))
        distances.append(numpy.inf if w is None else float(flow.norm(w - stored) / flow.norm(stored)))
    print(
        json.dumps(
            {
                "draws": len(results), "samples": len(found), "seconds_per_sample": seconds / len(found),
                "processor_seconds_per_sample": (used.ru_utime + used.ru_stime + writing) / len(found),
                "largest_residual": max(norm for norm, _, _ in found),
                "products_per_sample": float(numpy.mean([products for _, products, _ in found])),
                "products_without_flow": float(numpy.mean([products for _, products, is_found in results if not is_found] or [0])),
                "median_distance": float(numpy.median(distances)),
            }
        )
    )


if __name__ == "__main__":
    main()
