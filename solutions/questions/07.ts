/** Concept questions of lecture 07. The first choice is the right one; students see them in another order. */
import type { QuestionSource } from 'cnn-kit';

export const questions: QuestionSource[] = [
  {
    id: '07-1',
    difficulty: 1,
    text: {
      en: 'Which of these networks needs the most operations and the most memory for its activations?',
      ko: '다음 가운데 연산량과 활성값의 메모리가 가장 많이 드는 신경망은 무엇입니까?',
    },
    choices: [
      { en: 'VGG-19', ko: 'VGG-19' },
      { en: 'AlexNet', ko: 'AlexNet' },
      { en: 'ResNet-152', ko: 'ResNet-152' },
      { en: 'GoogLeNet', ko: 'GoogLeNet' },
    ],
    explanation: {
      en: '19.6 G multiply-adds, against 11.5 G of ResNet-152, which is deeper and more accurate.',
      ko: '곱셈-덧셈이 19.6 G로, 더 깊고 더 정확한 ResNet-152의 11.5 G보다 많습니다.',
    },
  },
  {
    id: '07-2',
    difficulty: 1,
    text: {
      en: 'AlexNet needs few operations and yet has 61 million parameters. Where are they?',
      ko: 'AlexNet은 연산량이 적은데도 파라미터가 6100만 개입니다. 그것들은 어디에 있습니까?',
    },
    choices: [
      { en: 'In its dense layers, where each weight is used once', ko: '가중치를 한 번만 쓰는 완전 연결 층에' },
      {
        en: 'In its first convolution, which has the largest filters of all',
        ko: '필터가 가장 큰 첫 번째 합성곱 층에',
      },
      { en: 'In conv2 to conv5, which have the most channels', ko: '채널이 가장 많은 conv2부터 conv5까지에' },
      { en: 'In local response normalization', ko: 'LRN에' },
    ],
    explanation: {
      en: 'About 96% are in fc6 to fc8. A weight of a convolution works at every place, a weight of a dense layer once: many parameters, little computing.',
      ko: '약 96%가 fc6부터 fc8까지에 있습니다. 합성곱의 가중치는 모든 위치에서, 완전 연결 층의 가중치는 한 번만 쓰이므로 파라미터는 많고 연산은 적습니다.',
    },
  },
  {
    id: '07-3',
    difficulty: 2,
    text: {
      en: 'Inception-v4 is often called “ResNet + Inception”. What is right?',
      ko: 'Inception-v4는 흔히 “ResNet + Inception”이라고 합니다. 옳은 것은 무엇입니까?',
    },
    choices: [
      {
        en: 'Inception-v4 has no residual additions; Inception-ResNet-v1 and v2 of the same paper have',
        ko: 'Inception-v4에는 잔차 덧셈이 없고, 같은 논문의 Inception-ResNet-v1과 v2에 있다',
      },
      {
        en: 'Every inception module of Inception-v4 stands beside an identity shortcut, to which it is added',
        ko: 'Inception-v4의 모든 인셉션 모듈은 더해지는 항등 지름길을 갖고 있다',
      },
      {
        en: 'Inception-v4 is a ResNet whose 3x3 convolutions were replaced by 5x5 ones',
        ko: 'Inception-v4는 3x3 합성곱을 5x5로 바꾼 ResNet이다',
      },
      { en: 'It is an ensemble of a ResNet and an Inception network', ko: 'ResNet과 인셉션 신경망의 앙상블이다' },
    ],
    explanation: {
      en: 'Szegedy et al. (2016) compare pure Inception-v4 with Inception-ResNet. The chart’s phrase mixes the two.',
      ko: 'Szegedy 등(2016)은 순수한 Inception-v4와 Inception-ResNet을 비교합니다. 그림의 표현은 둘을 섞은 것입니다.',
    },
  },
  {
    id: '07-4',
    difficulty: 2,
    text: {
      en: 'A network lies on the Pareto front of accuracy against operations. What does that mean?',
      ko: '어떤 신경망이 정확도와 연산량의 파레토 경계에 있다는 것은 무엇을 뜻합니까?',
    },
    choices: [
      {
        en: 'No other one is better in one of the two and at least as good in the other',
        ko: '한쪽이 더 좋으면서 다른 쪽도 못하지 않은 신경망이 없다',
      },
      { en: 'It has the best ratio of accuracy to operations of all', ko: '연산량에 대한 정확도의 비율이 가장 좋다' },
      { en: 'It is the most accurate, whatever it costs', ko: '비용이 얼마든 가장 정확하다' },
      {
        en: 'It is better than every other one in at least one of the two',
        ko: '둘 중 적어도 하나에서 다른 모든 신경망보다 낫다',
      },
    ],
    explanation: {
      en: 'The front holds the cheapest, the most accurate and sensible ones between. A ratio would always favour tiny networks.',
      ko: '경계에는 가장 싼 것, 가장 정확한 것과 그 사이의 쓸 만한 것들이 있습니다. 비율로 따지면 언제나 아주 작은 신경망이 유리합니다.',
    },
  },
  {
    id: '07-5',
    difficulty: 3,
    text: {
      en: 'A slide gives VGG-16 13.6 G multiply-adds; the right number is 15.47 G. What was left out in the drawing of the network?',
      ko: '한 슬라이드는 VGG-16의 곱셈-덧셈을 13.6 G라고 하지만 옳은 값은 15.47 G입니다. 신경망 그림에서 무엇이 빠졌습니까?',
    },
    choices: [
      { en: 'A convolution of the third stage', ko: '셋째 단계의 합성곱 하나' },
      { en: 'The three dense layers at the end', ko: '마지막의 완전 연결 층 셋' },
      { en: 'The biases of all layers', ko: '모든 층의 편향' },
      { en: 'The first convolution on the full picture', ko: '전체 그림에 대한 첫 번째 합성곱' },
    ],
    explanation: {
      en: 'Stage 3 has three convolutions, drawn as two: 56 * 56 * 9 * 256 * 256 = 1.85 G are missing. The dense layers are 0.12 G, the first convolution 0.09 G.',
      ko: '셋째 단계에는 합성곱이 셋인데 둘로 그려졌습니다: 56 * 56 * 9 * 256 * 256 = 1.85 G가 빠졌습니다. 완전 연결 층은 0.12 G, 첫 합성곱은 0.09 G입니다.',
    },
  },
];
