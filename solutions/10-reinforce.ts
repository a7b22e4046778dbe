/**
 * Exercise 10: how a controller learns to choose: the policy gradient REINFORCE (Zoph and Le, "Neural Architecture Search
 * with Reinforcement Learning", section 3.2; Williams, 1992), for one choice among a few operations.
 *
 * Points: 11. About 25 minutes. Difficulty: 3 of 3.
 */

/** The policy: softmax(logits), the probability of each operation. Large logits must not overflow. */
export function policy(logits: number[]): number[] {
  // BEGIN SOLUTION: exponentials, divided by their sum; subtract the largest logit from all first
  // HINT: Math.exp(1000) is Infinity. Subtracting the same number from all logits changes no probability.
  const largest = Math.max(...logits);
  const powers = logits.map(logit => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map(power => power / sum);
  // END SOLUTION
}

/**
 * The estimate of the gradient of the expected reward, from one action: (reward - baseline) * d ln p(action) / d logits.
 * For a softmax, d ln p(action) / d logits_i is (1 if i is the action, else 0) - p_i. The controller CLIMBS along it.
 */
export function policyGradient(logits: number[], action: number, reward: number, baseline: number): number[] {
  // BEGIN SOLUTION: the difference of the chosen one and the probabilities, times how much better it was than expected
  // HINT: policy(logits).map((p, i) => (reward - baseline) * ((i === action ? 1 : 0) - p))
  return policy(logits).map((p, i) => (reward - baseline) * ((i === action ? 1 : 0) - p));
  // END SOLUTION
}

/**
 * What the estimate is on average: the sum over all actions of their probability times their policyGradient. It is the
 * true gradient of the expected reward, and no baseline changes it.
 *
 * @param rewards of every action
 */
export function expectedGradient(logits: number[], rewards: number[], baseline: number): number[] {
  // BEGIN SOLUTION: compute the gradient of each action, weight it with its probability, and add
  // HINT: For each i the sum over the actions a of p_a * policyGradient(logits, a, rewards[a], baseline)[i].
  const probabilities = policy(logits);
  const gradients = rewards.map((reward, action) => policyGradient(logits, action, reward, baseline));
  return logits.map((_, i) =>
    gradients.reduce((sum, gradient, action) => sum + probabilities[action] * gradient[i], 0),
  );
  // END SOLUTION
}

/** The baseline, an exponential moving average of the rewards: decay * baseline + (1 - decay) * reward. */
export function updateBaseline(baseline: number, reward: number, decay: number): number {
  // BEGIN SOLUTION: the formula as it stands
  // HINT: With decay 0.95 the old baseline counts 95%, the new reward 5%.
  return decay * baseline + (1 - decay) * reward;
  // END SOLUTION
}
