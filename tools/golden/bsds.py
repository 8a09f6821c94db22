"""The BSDS500 boundary benchmark, written from its published definition with scipy's and scikit-image's own methods.

Writes test/golden/bsds/:
  mat/*.mat, mat.json    small MAT-files by scipy.io.savemat, and what scipy.io.loadmat reads from them
  thin.json              scikit-image's thinning of random bitmaps
  nms.json               edge non-maximum suppression of smooth random maps (numpy and scipy.ndimage)
  synthetic.json         counts and scores of made-up edge maps, matched with scipy's dense linear_sum_assignment
  real.json, NAME.png    with --data: the same for images of BSDS500, machine maps made here (Sobel of the grey image),
                         matched with scipy's sparse min_weight_full_bipartite_matching

    python tools/golden/bsds.py --data BSDS500       (images/ and groundTruth/, with or without train, val, test)

Needs numpy, scipy, scikit-image and pillow (tools/golden/requirements.txt). The human maps are not copied: the tests read
them from the data set and skip where it is absent.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage, sparse
from scipy.io import loadmat, savemat
from scipy.optimize import linear_sum_assignment
from scipy.sparse.csgraph import min_weight_full_bipartite_matching
from skimage.morphology import thin

OUT = Path(__file__).resolve().parents[2] / "test" / "golden" / "bsds"
LEVELS = 99
REAL = ["100007", "101084"]


def neighbours(a, b, radius):
    """Pairs of edge pixels within the radius: rows of a, columns of b, distances in hundredths of a pixel."""
    pa, pb = np.argwhere(a), np.argwhere(b)
    rows, columns, costs = [], [], []
    number = -np.ones(b.shape, int)
    number[tuple(pb.T)] = np.arange(len(pb))
    reach = int(np.ceil(radius))
    for dy in range(-reach, reach + 1):
        for dx in range(-reach, reach + 1):
            d = np.hypot(dx, dy)
            if d > radius:
                continue
            y, x = pa[:, 0] + dy, pa[:, 1] + dx
            inside = (y >= 0) & (x >= 0) & (y < b.shape[0]) & (x < b.shape[1])
            hit = np.full(len(pa), -1)
            hit[inside] = number[y[inside], x[inside]]
            which = np.nonzero(hit >= 0)[0]
            rows.append(which)
            columns.append(hit[which])
            costs.append(np.full(len(which), np.rint(100 * d)))
    return len(pa), len(pb), np.concatenate(rows), np.concatenate(columns), np.concatenate(costs)


def tie_break(a, person):
    """Decides between matchings of equal distance, as src/evaluate/edges/correspond.ts says it: 0 ... 1023."""
    word = 0xFFFFFFFF
    h = ((np.flatnonzero(a) + 1) * 0x9E3779B1 + (person + 1) * 0x85EBCA77) & word
    h = ((h ^ (h >> 15)) * 0x85EBCA77) & word
    return (h ^ (h >> 13)) % 1024


def match(a, b, radius, dense, person):
    """Which pixels of a have a partner in b; the largest matching, of those the one with the least sum of distances."""
    n, m, rows, columns, costs = neighbours(a, b, radius)
    if len(rows) == 0:
        return np.zeros(n, bool), 0
    costs = 1024 * costs
    alone = 1024 * np.rint(100 * 100 * radius) + tie_break(a, person)
    if dense:
        table = np.full((n, m + n), 1e12)
        table[rows, columns] = costs
        table[np.arange(n), m + np.arange(n)] = alone
        i, j = linear_sum_assignment(table)
        taken = table[i, j]
    else:
        # Explicit zeros are no edges there: everything costs 1 more, which is the same for every matching of all rows.
        graph = sparse.csr_matrix(
            (
                np.concatenate([costs, alone]) + 1,
                (np.concatenate([rows, np.arange(n)]), np.concatenate([columns, m + np.arange(n)])),
            ),
            shape=(n, m + n),
        )
        i, j = min_weight_full_bipartite_matching(graph)
        taken = np.asarray(graph[i, j]).ravel() - 1
    partner = np.zeros(n, bool)
    partner[i[j < m]] = True
    return partner, int(taken[j < m].sum()) // 1024


def evaluate(levels, humans, share, dense):
    radius = share * np.hypot(*levels.shape)
    found_human, machine, found_machine, costs = [], [], [], []
    for t in range(1, LEVELS + 1):
        edges = thin(levels.astype(int) * (LEVELS + 1) >= 255 * t)
        union = np.zeros(int(edges.sum()), bool)
        total, cost = 0, 0
        for person, human in enumerate(humans):
            partner, c = match(edges, human, radius, dense, person)
            union |= partner
            total += int(partner.sum())
            cost += c
        found_human.append(total)
        machine.append(int(edges.sum()))
        found_machine.append(int(union.sum()))
        costs.append(cost)
    human = int(sum(h.sum() for h in humans))
    return {"human": human, "foundHuman": found_human, "machine": machine, "foundMachine": found_machine, "cost": costs}


def f_measure(r, p):
    return np.where(r + p == 0, 0, 2 * r * p / np.where(r + p == 0, 1, r + p))


def scores(counts):
    ratio = lambda a, b: np.where(b == 0, 0, a / np.where(b == 0, 1, b))
    columns = {k: np.array([c[k] for c in counts], float) for k in ("human", "foundHuman", "machine", "foundMachine")}
    human = columns["human"].sum()
    r = ratio(columns["foundHuman"].sum(0), human)
    p = ratio(columns["foundMachine"].sum(0), columns["machine"].sum(0))
    mix = np.linspace(0, 1, 100)[None]
    between = lambda v: v[1:, None] * mix + v[:-1, None] * (1 - mix)
    ods = max(f_measure(between(r), between(p)).max(), f_measure(r[:1], p[:1]).max())
    each = f_measure(
        ratio(columns["foundHuman"], columns["human"][:, None]), ratio(columns["foundMachine"], columns["machine"])
    )
    best = each.argmax(1)
    pick = lambda k: columns[k][np.arange(len(counts)), best].sum()
    ois = f_measure(ratio(pick("foundHuman"), human), ratio(pick("foundMachine"), pick("machine")))
    ru, at = np.unique(r, return_index=True)
    ap = np.interp(np.arange(101) / 100, ru, p[at], left=0, right=0).sum() / 100
    pu, at = np.unique(p, return_index=True)
    r50 = np.interp(max(pu[0], 0.5), pu, r[at], right=0)
    return {"ods": float(ods), "ois": float(ois), "ap": float(ap), "r50": float(r50)}


def edge_nms(e):
    """As src/studies/edges/edgeNms.ts says it: crest across the direction of the most negative curvature."""
    triangle = np.convolve(np.ones(5), np.ones(5)) / 25
    s = ndimage.correlate1d(ndimage.correlate1d(e, triangle, 1, mode="nearest"), triangle, 0, mode="nearest")
    q = np.pad(s, 1, mode="edge")
    xx = q[1:-1, 2:] - 2 * s + q[1:-1, :-2]
    yy = q[2:, 1:-1] - 2 * s + q[:-2, 1:-1]
    xy = (q[2:, 2:] - q[2:, :-2] - q[:-2, 2:] + q[:-2, :-2]) / 4
    hessian = np.stack([np.stack([xx, xy], -1), np.stack([xy, yy], -1)], -2)
    across = np.linalg.eigh(hessian)[1][..., 0]  # eigenvalues ascend
    y, x = np.mgrid[: e.shape[0], : e.shape[1]].astype(float)
    out = e.copy()
    for sign in (1, -1):
        at = [y + sign * across[..., 1], x + sign * across[..., 0]]
        out[1.01 * e < ndimage.map_coordinates(e, at, order=1, mode="nearest")] = 0
    return out


def curve(rng, height, width):
    """A closed wobbling line."""
    angle = np.linspace(0, 2 * np.pi, 400)
    radius = 1 + 0.25 * np.sin(angle * rng.integers(2, 5) + rng.uniform(0, 6)) + rng.normal(0, 0.01)
    y = height * (rng.uniform(0.4, 0.6) + rng.uniform(0.15, 0.3) * radius * np.sin(angle))
    x = width * (rng.uniform(0.4, 0.6) + rng.uniform(0.15, 0.3) * radius * np.cos(angle))
    out = np.zeros((height, width), bool)
    out[np.clip(np.rint(y), 0, height - 1).astype(int), np.clip(np.rint(x), 0, width - 1).astype(int)] = True
    return out


def jitter(rng, bitmap, spread, lost):
    """The same line as another hand draws it."""
    place = np.argwhere(bitmap)
    place = place[rng.random(len(place)) >= lost] + np.rint(rng.normal(0, spread, 2)).astype(int)
    out = np.zeros_like(bitmap)
    out[np.clip(place[:, 0], 0, bitmap.shape[0] - 1), np.clip(place[:, 1], 0, bitmap.shape[1] - 1)] = True
    return out


def places(bitmap):
    return np.flatnonzero(bitmap).tolist()


def synthetic(rng):
    cases = []
    for height, width, share in ((40, 60, 0.03), (64, 48, 0.045), (33, 70, 0.0075)):
        lines = [curve(rng, height, width) for _ in range(2)]
        humans = [jitter(rng, lines[0] | (lines[1] if k % 2 else False), 0.7, 0.1) for k in range(3)]
        strength = ndimage.gaussian_filter((lines[0] * 1.0 + lines[1] * 0.6), 0.8) * 2 + 0.25 * rng.random((height, width))
        levels = np.rint(255 * np.clip(strength / strength.max(), 0, 1)).astype(np.uint8)
        counts = evaluate(levels, humans, share, dense=True)
        case = {"width": width, "height": height, "maxDistance": share, "levels": levels.ravel().tolist()}
        cases.append({**case, "humans": [places(h) for h in humans], "counts": counts})
    return {"cases": cases, "scores": scores([case["counts"] for case in cases])}


def real(data):
    found = {}
    for name in REAL:
        image = next((data / "images").rglob(f"{name}.jpg"))
        truth = next((data / "groundTruth").rglob(f"{name}.mat"))
        cells = loadmat(truth)["groundTruth"][0]
        humans = [cell["Boundaries"][0, 0] != 0 for cell in cells]
        grey = ndimage.gaussian_filter(np.asarray(Image.open(image).convert("L"), float), 1.5)
        strength = np.hypot(ndimage.sobel(grey, 0), ndimage.sobel(grey, 1))
        levels = np.rint(255 * edge_nms(np.clip(strength / np.quantile(strength, 0.995), 0, 1))).astype(np.uint8)
        levels[levels < 20] = 0  # keeps the file small
        Image.fromarray(levels).save(OUT / f"{name}.png", optimize=True)
        counts = evaluate(levels, humans, 0.0075, dense=False)
        found[name] = {"people": [int(h.sum()) for h in humans], "size": list(levels.shape), "counts": counts}
        print(name, scores([counts]), flush=True)
    return {"images": found, "scores": scores([each["counts"] for each in found.values()])}


def mats(rng):
    folder = OUT / "mat"
    folder.mkdir(parents=True, exist_ok=True)
    values = {
        "double": rng.normal(size=(3, 2)),
        "integers": np.arange(12, dtype=float).reshape(3, 4),  # stored in one byte each
        "single": rng.normal(size=(2, 2)).astype(np.float32),
        "u8": rng.integers(0, 256, (2, 5)).astype(np.uint8),
        "i16": np.array([[-300, 7], [1, 32767]], np.int16),
        "u16": np.array([[65535, 1, 2]], np.uint16),
        "i32": np.array([[-70000]], np.int32),
        "flags": np.array([[True, False, True]]),
        "cube": rng.integers(0, 9, (2, 3, 2)).astype(np.uint8),
        "text": "grün & blue",
        "nothing": np.zeros((0, 0)),
        "cells": np.array([[np.array([[1.0, 2.0]]), "two"], [np.zeros((0, 0)), np.array([[3]], np.uint8)]], object),
        "record": {"name": "a", "value": np.array([[4.0]]), "deep": {"more": np.array([[5]], np.uint16)}},
    }
    for name, packed in (("plain", False), ("packed", True)):
        savemat(folder / f"{name}.mat", values, do_compression=packed)
    rows = {
        key: {"dims": list(value.shape), "columns": value.ravel(order="F").tolist()}
        for key, value in loadmat(folder / "plain.mat").items()
        if not key.startswith("__") and value.dtype.kind in "fiub" and value.dtype.names is None
    }
    return {"numbers": rows}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path)
    data = parser.parse_args().data
    OUT.mkdir(parents=True, exist_ok=True)
    write = lambda name, value: (OUT / name).write_text(json.dumps(value, separators=(",", ":"), ensure_ascii=False) + "\n")
    write("mat.json", mats(np.random.default_rng(1)))
    rng = np.random.default_rng(2)
    bitmaps = [rng.random((20, 24)) < share for share in (0.3, 0.5, 0.7, 0.85)]
    bitmaps += [ndimage.gaussian_filter(rng.normal(size=(30, 40)), 2) > 0, np.ones((7, 9), bool)]
    write(
        "thin.json",
        [{"height": b.shape[0], "width": b.shape[1], "pixels": places(b), "thin": places(thin(b))} for b in bitmaps],
    )
    maps = [np.round(np.abs(ndimage.gaussian_filter(rng.normal(size=(24, 32)), s)) * 8, 4) for s in (1, 2)]
    write(
        "nms.json",
        [
            {"height": 24, "width": 32, "map": m.ravel().tolist(), "kept": places(edge_nms(m) > 0)}
            for m in maps
        ],
    )
    write("synthetic.json", synthetic(np.random.default_rng(3)))
    if data is not None:
        write("real.json", real(data))


if __name__ == "__main__":
    main()
