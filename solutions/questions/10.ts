/** Concept questions of lecture 10. The first choice is the right one; students see them in another order. */
import type { QuestionSource } from 'cnn-kit';

export const questions: QuestionSource[] = [
  {
    id: '10-1',
    difficulty: 1,
    text: {
      en: 'Five networks form an ensemble. What does AlexNet’s paper average?',
      ko: '다섯 개의 신경망으로 앙상블을 만듭니다. AlexNet 논문은 무엇을 평균합니까?',
    },
    choices: [
      { en: 'Their predicted probabilities', ko: '예측한 확률' },
      { en: 'Their weights, layer by layer', ko: '층별 가중치' },
      { en: 'Their gradients during training', ko: '학습할 때의 그래디언트' },
      { en: 'Their test errors', ko: '시험 오류' },
    ],
    explanation: {
      en: 'Weights of networks that were trained apart do not match: filter 7 of one is not filter 7 of the other. What they say of a picture can be averaged.',
      ko: '따로 학습한 신경망의 가중치는 서로 대응하지 않습니다. 한쪽의 7번 필터가 다른 쪽의 7번 필터가 아니기 때문입니다. 그림에 대한 예측은 평균할 수 있습니다.',
    },
  },
  {
    id: '10-2',
    difficulty: 1,
    text: {
      en: 'Which architecture leaves the population in regularized (aging) evolution?',
      ko: '정규화된(노화) 진화에서는 어떤 구조가 집단을 떠납니까?',
    },
    choices: [
      { en: 'The oldest one', ko: '가장 오래된 것' },
      { en: 'The least accurate one', ko: '가장 부정확한 것' },
      { en: 'The parent of the new one', ko: '새 구조의 부모' },
      { en: 'One that is drawn by chance', ko: '무작위로 뽑은 것' },
    ],
    explanation: {
      en: 'However good it looked: what was lucky in one training dies out, unless its children are good when they are trained anew.',
      ko: '아무리 좋아 보여도 마찬가지입니다. 한 번의 학습에서 운이 좋았던 것은 새로 학습한 자손이 좋지 않으면 사라집니다.',
    },
  },
  {
    id: '10-3',
    difficulty: 2,
    text: {
      en: 'The negative log-likelihood of the mean probabilities, compared with the mean of the networks’ own negative log-likelihoods, is…',
      ko: '평균 확률의 음의 로그 가능도는 각 신경망의 음의 로그 가능도의 평균과 비교하면…',
    },
    choices: [
      { en: 'never larger', ko: '결코 더 크지 않다' },
      { en: 'always equal, as both are means', ko: '둘 다 평균이므로 항상 같다' },
      { en: 'never smaller', ko: '결코 더 작지 않다' },
      { en: 'smaller or larger, depending on the pictures', ko: '그림에 따라 작기도 하고 크기도 하다' },
    ],
    explanation: {
      en: 'Jensen’s inequality: -log is convex, so -log of a mean is at most the mean of the -logs. It holds for every single picture. The BEST network may still beat the ensemble.',
      ko: '젠센 부등식에 따라 -log는 볼록하므로 평균의 -log는 -log의 평균 이하입니다. 그림 하나하나에 대해 성립합니다. 다만 가장 좋은 신경망이 앙상블보다 나을 수는 있습니다.',
    },
  },
  {
    id: '10-4',
    difficulty: 2,
    text: {
      en: 'A search picks the best of 10,000 architectures by their accuracy on the test pictures and reports that accuracy. What is wrong?',
      ko: '어떤 탐색이 10,000개의 구조 중 시험 데이터의 정확도가 가장 높은 것을 골라 그 정확도를 보고합니다. 무엇이 잘못입니까?',
    },
    choices: [
      { en: 'The number is too good: it was selected for it', ko: '그 값을 기준으로 골랐으므로 지나치게 좋게 나온다' },
      {
        en: 'The number is too low, as no network was trained to the end',
        ko: '끝까지 학습한 신경망이 없어 값이 지나치게 낮다',
      },
      {
        en: 'Nothing, as no gradient was computed on the test pictures',
        ko: '시험 데이터로 그래디언트를 계산하지 않았으므로 잘못이 없다',
      },
      { en: 'The search must use the training pictures to choose', ko: '고를 때는 학습 데이터를 써야 한다' },
    ],
    explanation: {
      en: 'The largest of many noisy numbers is too large. Choose on validation pictures, and measure once on test pictures that played no part.',
      ko: '잡음이 있는 많은 값의 최댓값은 지나치게 큽니다. 검증 데이터로 고르고, 관여하지 않은 시험 데이터로 한 번만 측정해야 합니다.',
    },
  },
  {
    id: '10-5',
    difficulty: 3,
    text: {
      en: 'What does subtracting a baseline from the reward do to the REINFORCE gradient, if the baseline does not depend on the action?',
      ko: '행동과 무관한 기준값을 보상에서 빼면 REINFORCE 그래디언트는 어떻게 됩니까?',
    },
    choices: [
      { en: 'Its mean stays, its variance can fall', ko: '평균은 그대로이고 분산이 줄 수 있다' },
      { en: 'Its mean shrinks, its variance stays the same', ko: '평균이 줄고 분산은 그대로이다' },
      { en: 'It becomes biased, which is the price of less variance', ko: '분산이 줄어드는 대가로 편향이 생긴다' },
      {
        en: 'Nothing, as the baseline is a constant and drops out of every single estimate',
        ko: '기준값은 상수라 각각의 추정값에서 사라지므로 변화가 없다',
      },
    ],
    explanation: {
      en: 'The mean of d ln p is 0 (the probabilities add up to 1), so baseline times it is 0 on average. In a single estimate it does count: rewards that are all positive no longer push every action up.',
      ko: '확률의 합이 1이므로 d ln p의 평균은 0이고, 기준값을 곱해도 평균은 0입니다. 그러나 각각의 추정값에서는 작용하여, 모두 양수인 보상이 모든 행동을 밀어 올리지 않게 됩니다.',
    },
  },
];
