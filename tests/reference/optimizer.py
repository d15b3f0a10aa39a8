"""Optimizer steps on a list of numbers, one entry at a time."""

import math


def sgd(theta, gradients, learning_rate, momentum):
    """Parameters after one step per gradient."""
    theta, velocity = list(theta), [0.0] * len(theta)
    for g in gradients:
        for p in range(len(theta)):
            velocity[p] = momentum * velocity[p] + g[p]
            theta[p] -= learning_rate * velocity[p]
    return theta


def adam(theta, gradients, learning_rate, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    """Parameters after one step per gradient, with the moments' bias taken out."""
    theta, m, s = list(theta), [0.0] * len(theta), [0.0] * len(theta)
    for t, g in enumerate(gradients, start=1):
        for p in range(len(theta)):
            m[p] = beta_1 * m[p] + (1 - beta_1) * g[p]
            s[p] = beta_2 * s[p] + (1 - beta_2) * g[p] ** 2
            m_hat, s_hat = m[p] / (1 - beta_1**t), s[p] / (1 - beta_2**t)
            theta[p] -= learning_rate * m_hat / (math.sqrt(s_hat) + epsilon)
    return theta
