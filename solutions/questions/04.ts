/** Concept questions of lecture 04. The first choice is the right one; students see them in another order. */
import type { QuestionSource } from 'cnn-kit';

export const questions: QuestionSource[] = [
  {
    id: '04-1',
    difficulty: 1,
    text: {
      en: 'How many 3x3 convolutions (stride 1) in a row see as much as one 7x7 convolution?',
      ko: '3x3 합성곱(보폭 1)을 몇 개 이으면 7x7 합성곱 하나만큼 봅니까?',
    },
    number: 3,
    tolerance: 0,
    explanation: { en: 'Each adds 2 pixels: 3, 5, 7.', ko: '하나마다 2픽셀씩 늘어납니다: 3, 5, 7.' },
  },
  {
    id: '04-2',
    difficulty: 1,
    text: {
      en: 'Three 3x3 layers instead of one 7x7 layer, C channels everywhere. What does VGG gain?',
      ko: '채널이 모두 C일 때 7x7 층 하나 대신 3x3 층 셋을 쓰면 VGG는 무엇을 얻습니까?',
    },
    choices: [
      { en: 'Fewer parameters and more nonlinearities', ko: '더 적은 파라미터와 더 많은 비선형성' },
      { en: 'More parameters and more nonlinearities', ko: '더 많은 파라미터와 더 많은 비선형성' },
      { en: 'A larger receptive field with the same number of parameters', ko: '같은 파라미터 수로 더 큰 수용 영역' },
      { en: 'Fewer layers, and so less memory in training', ko: '더 적은 층, 따라서 학습할 때 더 적은 메모리' },
    ],
    explanation: {
      en: '27 C² against 49 C² numbers, three ReLUs against one, and the same field of 7. Memory grows: there are three outputs to keep.',
      ko: '파라미터는 49 C² 대신 27 C², ReLU는 하나 대신 셋이며 수용 영역은 똑같이 7입니다. 보관할 출력이 셋이므로 메모리는 늘어납니다.',
    },
  },
  {
    id: '04-3',
    difficulty: 2,
    text: {
      en: 'After each pooling VGG halves height and width and doubles the channels. What happens to the multiply-adds of a 3x3 convolution?',
      ko: 'VGG는 풀링 뒤마다 높이와 너비를 반으로 줄이고 채널을 두 배로 늘립니다. 3x3 합성곱의 곱셈-덧셈 횟수는 어떻게 됩니까?',
    },
    choices: [
      { en: 'They stay the same', ko: '그대로이다' },
      { en: 'They are halved', ko: '절반이 된다' },
      { en: 'They are doubled', ko: '두 배가 된다' },
      { en: 'They grow fourfold', ko: '네 배가 된다' },
    ],
    explanation: {
      en: 'A quarter of the places, four times the numbers in the filters (2C * 2C): both cancel. The memory of the output is halved, the parameters grow fourfold.',
      ko: '위치는 4분의 1, 필터의 수는 네 배(2C * 2C)이므로 상쇄됩니다. 출력의 메모리는 절반이 되고 파라미터는 네 배가 됩니다.',
    },
  },
  {
    id: '04-4',
    difficulty: 2,
    text: {
      en: 'VGG-11 with local response normalization has 29.7% top-1 errors, without it 29.6%. What follows?',
      ko: 'LRN을 쓴 VGG-11의 top-1 오류는 29.7%, 쓰지 않은 것은 29.6%입니다. 무엇을 알 수 있습니까?',
    },
    choices: [
      {
        en: 'In this network it does not help, and it costs memory and time',
        ko: '이 신경망에서는 도움이 되지 않으며 메모리와 시간만 든다',
      },
      {
        en: 'It hurts: 0.1 points are a clear loss in accuracy on ImageNet',
        ko: '해롭다: 0.1%p는 ImageNet에서 뚜렷한 정확도 손실이다',
      },
      {
        en: 'AlexNet’s measurement of a gain was an error in its code',
        ko: 'AlexNet에서 측정한 이득은 코드의 오류였다',
      },
      { en: 'It has to be replaced by batch normalization', ko: '배치 정규화로 바꾸어야 한다' },
    ],
    explanation: {
      en: '0.1 points is within what chance does. That it helped AlexNet by 1.4 points is no contradiction: it is another network, trained in another way. VGG’s other networks leave it out.',
      ko: '0.1%p는 우연의 범위입니다. AlexNet에서 1.4%p의 도움이 된 것과 모순되지 않습니다. 다르게 학습한 다른 신경망이기 때문입니다. VGG의 나머지 신경망은 LRN을 쓰지 않습니다.',
    },
  },
  {
    id: '04-5',
    difficulty: 3,
    text: {
      en: 'Which share of VGG-16’s 138.4 million parameters is in its first dense layer (7 x 7 x 512 to 4096)?',
      ko: 'VGG-16의 파라미터 1억 3840만 개 가운데 첫 번째 완전 연결 층(7 x 7 x 512에서 4096)이 차지하는 비율은 몇 퍼센트입니까?',
    },
    number: 74.3,
    tolerance: 1.5,
    unit: { en: 'percent', ko: '퍼센트' },
    explanation: {
      en: '25,088 * 4096 = 102.8 million of 138.4 million, 74%. GoogLeNet’s average pooling does away with just this layer.',
      ko: '25,088 * 4096 = 1억 280만으로 1억 3840만의 74%입니다. GoogLeNet의 전역 평균 풀링은 바로 이 층을 없앱니다.',
    },
  },
];
