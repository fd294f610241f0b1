"""Heat maps are Captum's own, and those that gradients, sums and covered pictures give by hand."""

from pathlib import Path
from typing import Any, get_args

import pytest
import torch
from captum.attr import IntegratedGradients, LayerAttribution, LayerGradCam, Occlusion, Saliency

from app.core.classification.activations import hooked
from app.core.classification.anatomy import Anatomy
from app.core.classification.inspection.attributions import at_once, attribute, grad_cam_layer, steps_for
from app.core.classification.models import load_model
from app.core.classification.questions import Method
from app.core.errors import InvalidValue
from tests.core.classification.networks_at_random import RESIDUAL, make_anatomy, prepared_picture
from tests.tiny_models import tiny_anatomy

CONV: dict[str, Any] = {"type": "conv2d", "filters": 4, "padding": "same", "activation": "gelu"}
POOL = {"type": "max_pooling2d"}
NETWORKS = {
    "plain": [CONV, POOL, CONV, {"type": "flatten"}],
    "residual": [CONV, RESIDUAL, {"type": "global_average_pooling2d"}],
}


@pytest.fixture(params=list(NETWORKS))
def anatomy(request: pytest.FixtureRequest) -> Anatomy:
    """In eval mode, and frozen as loaded models are."""
    made = make_anatomy(NETWORKS[request.param], seed=3, size=(12, 12))
    made.module.requires_grad_(False)
    return made


def gradient_of(anatomy: Anatomy, picture: torch.Tensor, label: int, layer: str) -> tuple[torch.Tensor, torch.Tensor]:
    """A layer's maps and the gradient of a logit with respect to them."""
    with hooked(anatomy.module, [layer]) as found:
        logits = anatomy.module(picture.clone().requires_grad_())
    (gradient,) = torch.autograd.grad(logits[0, label], found[layer])
    return found[layer].detach()[0], gradient[0]


@pytest.mark.parametrize("label", [0, 2])
def test_grad_cam_is_captums_and_that_of_its_formula(anatomy: Anatomy, label: int) -> None:
    picture, layer = prepared_picture(anatomy), grad_cam_layer(anatomy)

    found = attribute(anatomy, picture, "grad-cam", label)

    maps, gradient = gradient_of(anatomy, picture, label, layer)
    by_hand = (maps * gradient.mean((1, 2), keepdim=True)).sum(0).relu()
    enlarged = torch.nn.functional.interpolate(by_hand[None, None], (12, 12), mode="bilinear")[0, 0]
    torch.testing.assert_close(found.heat, enlarged)
    captum = LayerGradCam(anatomy.module, anatomy.submodule(layer))
    theirs = captum.attribute(picture.clone().requires_grad_(), label, relu_attributions=True)
    torch.testing.assert_close(found.heat, LayerAttribution.interpolate(theirs, (12, 12), "bilinear").detach()[0, 0])
    assert (found.layer, found.signed) == (layer, False)


def test_saliency_is_captums_and_the_largest_gradient(anatomy: Anatomy) -> None:
    picture = prepared_picture(anatomy)

    found = attribute(anatomy, picture, "saliency", 1)

    traced = picture.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(anatomy.module(traced)[0, 1], traced)
    torch.testing.assert_close(found.heat, gradient[0].abs().amax(0))
    theirs = Saliency(anatomy.module).attribute(picture.clone().requires_grad_(), 1)
    torch.testing.assert_close(found.heat, theirs[0].amax(0))


def test_integrated_gradients_are_captums_and_the_sum_of_many_steps(anatomy: Anatomy) -> None:
    picture = prepared_picture(anatomy)

    found = attribute(anatomy, picture, "integrated-gradients", 2)

    steps = (torch.arange(4000) + 0.5).div(4000).view(-1, 1, 1, 1)
    traced = (picture * steps).requires_grad_()
    (gradients,) = torch.autograd.grad(anatomy.module(traced)[:, 2].sum(), traced)
    by_hand = (gradients.mean(0) * picture[0]).sum(0)
    torch.testing.assert_close(found.heat, by_hand, atol=0.02, rtol=0.05)
    steps = steps_for(anatomy)
    theirs = IntegratedGradients(anatomy.module).attribute(picture.clone().requires_grad_(), target=2, n_steps=steps)
    torch.testing.assert_close(found.heat, theirs.detach()[0].sum(0).float(), atol=1e-5, rtol=1e-4)


def test_integrated_gradients_say_how_far_they_add_up(anatomy: Anatomy) -> None:
    picture = prepared_picture(anatomy)

    found = attribute(anatomy, picture, "integrated-gradients", 0).completeness

    with torch.no_grad():
        score, baseline = anatomy.module(picture)[0, 0], anatomy.module(torch.zeros_like(picture))[0, 0]
    assert found is not None
    assert (found.score, found.baseline_score) == pytest.approx((float(score), float(baseline)), abs=1e-5)
    assert found.total - (found.score - found.baseline_score) == pytest.approx(found.delta, abs=1e-4)
    assert abs(found.delta) < 0.05 * max(1.0, abs(found.score))


def test_occlusion_is_captums_and_what_covered_pictures_lose(anatomy: Anatomy) -> None:
    picture = prepared_picture(anatomy)

    found = attribute(anatomy, picture, "occlusion", 1)

    losses, covers = torch.zeros(12, 12), torch.zeros(12, 12)
    with torch.no_grad():
        score = anatomy.module(picture)[0, 1]
        for top in range(0, 10, 2):
            for left in range(0, 10, 2):
                covered = picture.clone()
                covered[:, :, top : top + 3, left : left + 3] = 0
                losses[top : top + 3, left : left + 3] += score - anatomy.module(covered)[0, 1]
                covers[top : top + 3, left : left + 3] += 1
    inside = covers[:11, :11]
    torch.testing.assert_close(found.heat[:9, :9], (losses[:11, :11] / inside)[:9, :9], atol=1e-4, rtol=1e-4)
    theirs = Occlusion(anatomy.module).attribute(picture, (3, 3, 3), (3, 2, 2), target=1)
    torch.testing.assert_close(found.heat, theirs[0].mean(0).float(), atol=1e-5, rtol=1e-4)
    assert found.signed


def test_grad_cam_looks_at_the_last_maps_after_their_activation() -> None:
    assert grad_cam_layer(make_anatomy(NETWORKS["plain"])) == "gelu_2"
    assert grad_cam_layer(make_anatomy(NETWORKS["residual"])) == "relu_1"


def test_a_network_without_maps_has_no_grad_cam() -> None:
    anatomy = make_anatomy([{"type": "flatten"}])

    with pytest.raises(InvalidValue) as refused:
        attribute(anatomy, prepared_picture(anatomy), "grad-cam", 0)

    assert refused.value.field == "method"


def test_a_row_of_values_has_no_grad_cam(anatomy: Anatomy) -> None:
    with pytest.raises(InvalidValue) as refused:
        attribute(anatomy, prepared_picture(anatomy), "grad-cam", 0, layer="dense_1")

    assert refused.value.field == "layer"


@pytest.mark.parametrize("method", get_args(Method))
def test_a_class_that_is_not_there_is_refused(anatomy: Anatomy, method: Method) -> None:
    with pytest.raises(InvalidValue) as refused:
        attribute(anatomy, prepared_picture(anatomy), method, 3)

    assert refused.value.field == "label"


@pytest.mark.parametrize("method", get_args(Method))
def test_nothing_is_left_behind_in_the_network(anatomy: Anatomy, method: Method) -> None:
    attribute(anatomy, prepared_picture(anatomy), method, 0)

    assert not any(child._forward_hooks or child._backward_hooks for child in anatomy.module.modules())
    assert all(parameter.grad is None for parameter in anatomy.module.parameters())


def test_fewer_pictures_go_through_a_deep_network_together() -> None:
    photos = load_model(Path(__file__).parents[4] / "models" / "photos").anatomy

    assert at_once(tiny_anatomy()) == 32
    assert 1 <= at_once(photos) <= 4
