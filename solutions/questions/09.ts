/** Concept questions of lecture 09. The first choice is the right one; students see them in another order. */
import type { QuestionSource } from 'cnn-kit';

export const questions: QuestionSource[] = [
  {
    id: '09-1',
    difficulty: 1,
    text: {
      en: 'A dense block begins with 64 channels and has 6 layers with growth rate 32. With how many channels does it end?',
      ko: '밀집 블록이 64채널로 시작하고 성장률 32인 층이 6개 있습니다. 몇 채널로 끝납니까?',
    },
    number: 256,
    tolerance: 0,
    explanation: {
      en: '64 + 6 * 32 = 256: nothing is replaced, everything is appended.',
      ko: '64 + 6 * 32 = 256입니다. 바꾸는 것 없이 모두 이어 붙입니다.',
    },
  },
  {
    id: '09-2',
    difficulty: 1,
    text: {
      en: 'What is the difference between the shortcuts of ResNet and DenseNet?',
      ko: 'ResNet과 DenseNet의 지름길은 어떻게 다릅니까?',
    },
    choices: [
      { en: 'ResNet adds, DenseNet concatenates', ko: 'ResNet은 더하고 DenseNet은 이어 붙인다' },
      { en: 'ResNet concatenates, DenseNet adds', ko: 'ResNet은 이어 붙이고 DenseNet은 더한다' },
      {
        en: 'ResNet’s have parameters, DenseNet’s never have any',
        ko: 'ResNet의 것에는 파라미터가 있고 DenseNet의 것에는 없다',
      },
      {
        en: 'DenseNet’s skip a whole block, ResNet’s skip one layer',
        ko: 'DenseNet의 것은 블록 전체를, ResNet의 것은 층 하나를 건너뛴다',
      },
    ],
    explanation: {
      en: 'A sum mixes old and new; side by side, every layer can still read what each earlier one has said.',
      ko: '더하면 옛것과 새것이 섞이지만, 나란히 두면 모든 층이 이전 층 각각의 출력을 그대로 읽을 수 있습니다.',
    },
  },
  {
    id: '09-3',
    difficulty: 2,
    text: {
      en: 'A 3x3 convolution with 512 outputs is replaced by a depthwise separable one. By which factor do the multiply-adds fall?',
      ko: '출력이 512채널인 3x3 합성곱을 깊이별 분리 합성곱으로 바꾸면 곱셈-덧셈 횟수는 몇 분의 1로 줄어듭니까?',
    },
    number: 8.84,
    tolerance: 0.1,
    explanation: {
      en: '1 / (1/512 + 1/9) = 8.84. With many outputs it approaches 9, the number of places of the filter.',
      ko: '1 / (1/512 + 1/9) = 8.84입니다. 출력이 많으면 필터의 위치 수인 9에 가까워집니다.',
    },
  },
  {
    id: '09-4',
    difficulty: 2,
    text: {
      en: 'Why does MobileNetV2 have no activation after the 1x1 convolution that projects to few channels?',
      ko: 'MobileNetV2에서 적은 채널로 투영하는 1x1 합성곱 뒤에 활성화 함수가 없는 이유는 무엇입니까?',
    },
    choices: [
      {
        en: 'With few channels, a ReLU would lose what it sets to zero for good',
        ko: '채널이 적으면 ReLU가 0으로 만든 정보를 되찾을 수 없다',
      },
      { en: 'The addition that follows already is a nonlinear function', ko: '뒤따르는 덧셈이 이미 비선형 함수이다' },
      {
        en: 'Activations take most of the time on a mobile phone',
        ko: '휴대 전화에서는 활성화 함수가 대부분의 시간을 차지한다',
      },
      { en: 'Batch normalization would undo its effect at once', ko: '배치 정규화가 그 효과를 바로 없앤다' },
    ],
    explanation: {
      en: 'In many channels what one loses others still carry; in a narrow one it is gone. Hence the linear bottleneck. Additions are linear.',
      ko: '채널이 많으면 하나가 잃은 것을 다른 채널이 갖고 있지만, 좁은 곳에서는 사라집니다. 그래서 선형 병목을 씁니다. 덧셈은 선형입니다.',
    },
  },
  {
    id: '09-5',
    difficulty: 3,
    text: {
      en: 'A width multiplier of 0.5 halves all channels of a MobileNet. To which share do the multiply-adds of its 1x1 convolutions fall?',
      ko: '너비 배수 0.5는 MobileNet의 모든 채널을 반으로 줄입니다. 1x1 합성곱의 곱셈-덧셈은 몇 퍼센트로 줄어듭니까?',
    },
    number: 25,
    tolerance: 0,
    unit: { en: 'percent', ko: '퍼센트' },
    explanation: {
      en: 'Inputs and outputs are both halved: a quarter. The depthwise part is only halved, so the whole network lands at 149.5 M of 568.7 M, 26%.',
      ko: '입력과 출력이 모두 절반이 되므로 4분의 1입니다. 깊이별 부분은 절반만 줄어 전체는 568.7 M의 26%인 149.5 M이 됩니다.',
    },
  },
];
