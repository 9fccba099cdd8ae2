"""Moves planets: floating point arithmetic on attributes held in lists."""

BODIES = [
    ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], 40.0),
    ([5.0, -1.0, 0.25], [0.5, 2.75, 0.0], 0.04),
    ([8.5, 4.0, -0.5], [-1.0, 1.75, 0.125], 0.01),
    ([13.0, -15.0, -0.25], [1.125, 0.75, -0.0625], 0.002),
]


def advance(dt, steps):
    pairs = [(BODIES[i], BODIES[j]) for i in range(len(BODIES)) for j in range(i + 1, len(BODIES))]
    for _ in range(steps):
        for (p1, v1, m1), (p2, v2, m2) in pairs:
            dx = p1[0] - p2[0]
            dy = p1[1] - p2[1]
            dz = p1[2] - p2[2]
            force = dt * (dx * dx + dy * dy + dz * dz) ** -1.5
            v1[0] -= dx * m2 * force
            v1[1] -= dy * m2 * force
            v1[2] -= dz * m2 * force
            v2[0] += dx * m1 * force
            v2[1] += dy * m1 * force
            v2[2] += dz * m1 * force
        for position, velocity, _mass in BODIES:
            position[0] += dt * velocity[0]
            position[1] += dt * velocity[1]
            position[2] += dt * velocity[2]


advance(0.01, SIZE)
RESULT = BODIES[1][0]
