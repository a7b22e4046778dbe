/** Concept questions of lecture 02. The first choice is the right one; students see them in another order. */
import type { QuestionSource } from 'cnn-kit';

export const questions: QuestionSource[] = [
  {
    id: '02-1',
    difficulty: 1,
    text: {
      en: 'Why does AlexNet learn faster with ReLU than with tanh?',
      ko: 'AlexNet이 tanh보다 ReLU로 더 빨리 학습하는 이유는 무엇입니까?',
    },
    choices: [
      {
        en: 'Its slope is 1 wherever a unit is active, so the gradient does not vanish',
        ko: '활성화된 유닛에서는 기울기가 1이어서 그래디언트가 사라지지 않는다',
      },
      {
        en: 'Its output is bounded, so activations cannot grow without limit',
        ko: '출력 범위가 제한되어 활성값이 한없이 커지지 않는다',
      },
      {
        en: 'It costs less to compute, and the activation is the largest part of the computing',
        ko: '계산이 간단하며, 활성화 함수가 전체 연산의 대부분을 차지한다',
      },
      { en: 'Its output has mean 0', ko: '출력의 평균이 0이다' },
    ],
    explanation: {
      en: 'tanh is flat for large inputs: its slope is near 0 and little comes back. ReLU is not bounded and its mean is not 0; its own cost hardly matters.',
      ko: 'tanh는 입력이 크면 평평해져 기울기가 0에 가깝고 되돌아오는 것이 거의 없습니다. ReLU는 범위가 제한되지 않고 평균도 0이 아니며, 그 자체의 계산 비용은 거의 중요하지 않습니다.',
    },
  },
  {
    id: '02-2',
    difficulty: 1,
    text: {
      en: 'The paper says that the input is 224 x 224. Which size gives conv1 (11 x 11, stride 4, no padding) exactly 55 x 55 outputs?',
      ko: '논문은 입력이 224 x 224라고 합니다. conv1(11 x 11, 보폭 4, 패딩 없음)의 출력이 정확히 55 x 55가 되는 입력의 크기는 얼마입니까?',
    },
    number: 227,
    tolerance: 0,
    unit: { en: 'pixels', ko: '픽셀' },
    explanation: {
      en: '(227 - 11) / 4 + 1 = 55. The authors’ code takes 224 and rounds up: 1 + ceil(213 / 4) = 55.',
      ko: '(227 - 11) / 4 + 1 = 55입니다. 저자의 코드는 224를 받아 올림합니다: 1 + ceil(213 / 4) = 55.',
    },
  },
  {
    id: '02-3',
    difficulty: 2,
    text: {
      en: 'In the 2012 form, dropout with rate 0.5 does nothing but mask in training. What has to happen at test?',
      ko: '2012년 방식의 드롭아웃(비율 0.5)은 학습할 때 마스크만 씌웁니다. 시험할 때는 무엇을 해야 합니까?',
    },
    choices: [
      { en: 'All units stay, and their outputs are multiplied by 0.5', ko: '모든 유닛을 쓰고 출력에 0.5를 곱한다' },
      { en: 'All units stay, and their outputs are multiplied by 2', ko: '모든 유닛을 쓰고 출력에 2를 곱한다' },
      { en: 'All units stay, and nothing is multiplied at all', ko: '모든 유닛을 쓰고 아무것도 곱하지 않는다' },
      {
        en: 'Half of the units is dropped, and ten such predictions are averaged',
        ko: '유닛의 절반을 버리고, 그런 예측 열 개를 평균한다',
      },
    ],
    explanation: {
      en: 'In training a unit is there half of the time, so the next layer expects half of the sum. Today’s inverted form divides by 0.5 in training instead, and then test needs nothing.',
      ko: '학습할 때 유닛은 절반의 경우에만 있으므로 다음 층은 합의 절반을 기대합니다. 요즘의 inverted 방식은 학습할 때 0.5로 나누므로 시험할 때는 할 일이 없습니다.',
    },
  },
  {
    id: '02-4',
    difficulty: 2,
    text: {
      en: 'conv2 is split into two groups, one on each graphics card. What does that do to its weights (not its biases)?',
      ko: 'conv2는 두 그룹으로 나뉘어 그래픽 카드에 하나씩 있습니다. 가중치(편향 제외)의 수는 어떻게 됩니까?',
    },
    choices: [
      { en: 'Their number is halved', ko: '절반이 된다' },
      {
        en: 'Their number stays the same: the filters only move to another card',
        ko: '그대로이다: 필터가 다른 카드로 옮겨질 뿐이다',
      },
      {
        en: 'Their number is a quarter: inputs and outputs are both halved',
        ko: '4분의 1이 된다: 입력과 출력이 모두 절반이 된다',
      },
      { en: 'Their number doubles: each card needs a copy', ko: '두 배가 된다: 카드마다 사본이 필요하다' },
    ],
    explanation: {
      en: 'Each of the 256 filters sees 48 channels instead of 96. There are still 256 filters, so it is half and not a quarter.',
      ko: '256개의 필터 각각이 96개가 아니라 48개의 채널을 봅니다. 필터는 여전히 256개이므로 4분의 1이 아니라 절반입니다.',
    },
  },
  {
    id: '02-5',
    difficulty: 3,
    text: {
      en: 'A library divides alpha of local response normalization by n = 5, the paper does not. Which alpha must be given to the library, so that it does what the paper does with alpha = 0.0001?',
      ko: '어떤 라이브러리는 LRN의 alpha를 n = 5로 나누지만 논문은 나누지 않습니다. 논문의 alpha = 0.0001과 같게 하려면 이 라이브러리에 alpha로 얼마를 주어야 합니까?',
    },
    number: 0.0005,
    tolerance: 0.00001,
    explanation: {
      en: 'alpha / 5 must be 0.0001, so alpha = 0.0005. Whoever copies 0.0001 has a normalization five times weaker; nobody notices, as it hardly does anything.',
      ko: 'alpha / 5가 0.0001이어야 하므로 alpha = 0.0005입니다. 0.0001을 그대로 베끼면 정규화가 다섯 배 약해지지만, 효과가 거의 없어 아무도 알아채지 못합니다.',
    },
  },
];
