/**
 * Exercise 10: how a controller learns to choose: the policy gradient REINFORCE (Zoph and Le, "Neural Architecture Search
 * with Reinforcement Learning", section 3.2; Williams, 1992), for one choice among a few operations.
 *
 * Points: 11. About 25 minutes. Difficulty: 3 of 3.
 */

/** The policy: softmax(logits), the probability of each operation. Large logits must not overflow. */
export function policy(logits: number[]): number[] {
  // YOUR CODE HERE: exponentials, divided by their sum; subtract the largest logit from all first
  throw new Error('Not written yet: exponentials, divided by their sum; subtract the largest logit from all first.');
}

/**
 * The estimate of the gradient of the expected reward, from one action: (reward - baseline) * d ln p(action) / d logits.
 * For a softmax, d ln p(action) / d logits_i is (1 if i is the action, else 0) - p_i. The controller CLIMBS along it.
 */
export function policyGradient(logits: number[], action: number, reward: number, baseline: number): number[] {
  // YOUR CODE HERE: the difference of the chosen one and the probabilities, times how much better it was than expected
  throw new Error('Not written yet: the difference of the chosen one and the probabilities, times how much better it was than expected.');
}

/**
 * What the estimate is on average: the sum over all actions of their probability times their policyGradient. It is the
 * true gradient of the expected reward, and no baseline changes it.
 *
 * @param rewards of every action
 */
export function expectedGradient(logits: number[], rewards: number[], baseline: number): number[] {
  // YOUR CODE HERE: compute the gradient of each action, weight it with its probability, and add
  throw new Error('Not written yet: compute the gradient of each action, weight it with its probability, and add.');
}

/** The baseline, an exponential moving average of the rewards: decay * baseline + (1 - decay) * reward. */
export function updateBaseline(baseline: number, reward: number, decay: number): number {
  // YOUR CODE HERE: the formula as it stands
  throw new Error('Not written yet: the formula as it stands.');
}
