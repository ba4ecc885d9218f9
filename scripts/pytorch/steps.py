"""Steps of a training."""
import torch
from files import Times


def take_steps(loss_of_step, parameters, rate, steps):
    """The losses before each step of SGD with momentum, and the times of the steps."""
    optimizer = torch.optim.SGD(parameters, lr=rate, momentum=0.9, weight_decay=5e-4)
    losses, times = [], Times()
    for _ in range(steps):
        with times:
            loss = loss_of_step()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        losses.append(loss.item())
    return losses, times
