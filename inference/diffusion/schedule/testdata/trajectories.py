"""Writes trajectories.json: what diffusers' schedulers do.

Needs Python with torch and diffusers (or its schedulers alone). The model of the
trajectories is output = 0.3·input + 0.2·bias, the noise of every step is NOISE.
"""

import itertools
import json
import sys

import diffusers
import torch

FIRST = [1.0, -0.5, 0.25, -1.5]
BIAS = [0.7, -0.3, 1.1, -0.9]
NOISE = [0.4, -1.2, 0.8, -0.1]

SD = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
SPACINGS = [{"timestep_spacing": "linspace"}, {"timestep_spacing": "leading", "steps_offset": 1}, {"timestep_spacing": "trailing"}]
PREDICTIONS = [{}, {"prediction_type": "v_prediction"}]
CASES = {
    "DPMSolverMultistepScheduler": [
        {}, {"use_karras_sigmas": True}, {"use_lu_lambdas": True}, {"solver_order": 1}, {"solver_type": "heun"},
        {"final_sigmas_type": "sigma_min"}, {"final_sigmas_type": "sigma_min", "lower_order_final": False},
        {"euler_at_final": True}, {"prediction_type": "sample"}, {"lambda_min_clipped": -2.5}, {"beta_schedule": "linear"},
    ],
    "EulerDiscreteScheduler": [{}, {"use_karras_sigmas": True}, {"final_sigmas_type": "sigma_min"}, {"prediction_type": "sample"}],
    "EulerAncestralDiscreteScheduler": [{}],
    "DDIMScheduler": [{"clip_sample": False, "set_alpha_to_one": False}, {"clip_sample": False}],
    "LCMScheduler": [{}, {"original_inference_steps": 100}],
}


def run(method, args, steps):
    module = sys.modules[getattr(diffusers, method).__module__]
    module.randn_tensor = lambda shape, **_: torch.tensor(NOISE, dtype=torch.float32)
    scheduler = getattr(diffusers, method)(**args)
    scheduler.set_timesteps(steps)
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(0)

    sample = torch.tensor(FIRST, dtype=torch.float32) * scheduler.init_noise_sigma
    for t in scheduler.timesteps:
        seen = scheduler.scale_model_input(sample, t)
        output = 0.3 * seen + 0.2 * torch.tensor(BIAS)
        sample = scheduler.step(output, t, sample, return_dict=False)[0]
    return {
        "method": method, "args": args, "steps": steps,
        "timesteps": [float(t) for t in scheduler.timesteps],
        "initial": float(scheduler.init_noise_sigma),
        "sigmas": [float(f"{s:.7g}") for s in scheduler.sigmas] if method.startswith(("DPM", "Euler")) else None,
        "last": sample.tolist(),
    }


def main():
    out = []
    for method, variants in CASES.items():
        for variant, spacing, prediction, steps in itertools.product(variants, SPACINGS, PREDICTIONS, [1, 4, 17]):
            args = {**SD, **spacing, **prediction, **variant}
            try:
                out.append(run(method, args, steps))
            except (ValueError, IndexError) as reason:
                print(method, args, steps, "is refused:", reason, file=sys.stderr)
    json.dump(out, sys.stdout, separators=(",", ":"))


main()
