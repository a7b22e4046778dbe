/** Concept questions of lecture 05. The first choice is the right one; students see them in another order. */
import type { QuestionSource } from 'cnn-kit';

export const questions: QuestionSource[] = [
  {
    id: '05-1',
    difficulty: 1,
    text: {
      en: 'What are the 1x1 convolutions before the 3x3 and the 5x5 of an inception module for?',
      ko: '인셉션 모듈에서 3x3과 5x5 앞에 있는 1x1 합성곱은 무엇을 위한 것입니까?',
    },
    choices: [
      {
        en: 'They reduce the channels, so that the larger filters cost less',
        ko: '채널을 줄여 큰 필터의 비용을 낮춘다',
      },
      {
        en: 'They bring all branches to the same number of channels, so that they can be added',
        ko: '모든 가지의 채널 수를 맞추어 더할 수 있게 한다',
      },
      { en: 'They enlarge the receptive field of the branch', ko: '가지의 수용 영역을 넓힌다' },
      {
        en: 'They halve height and width, so that the larger filters have fewer places',
        ko: '높이와 너비를 반으로 줄여 큰 필터의 위치 수를 줄인다',
      },
    ],
    explanation: {
      en: 'In module 3a the 5x5 filters see 16 channels instead of 192. The branches are concatenated, not added, and keep height and width.',
      ko: '3a 모듈의 5x5 필터는 192개가 아니라 16개의 채널을 봅니다. 가지들은 더하는 것이 아니라 이어 붙이며 높이와 너비는 그대로입니다.',
    },
  },
  {
    id: '05-2',
    difficulty: 1,
    text: {
      en: 'Module 3a has branches with 64, 128, 32 and 32 output channels. With how many channels does it end?',
      ko: '3a 모듈의 가지들은 출력 채널이 64, 128, 32, 32개입니다. 모듈의 출력 채널은 몇 개입니까?',
    },
    number: 256,
    tolerance: 0,
    explanation: {
      en: 'The branches stand side by side: 64 + 128 + 32 + 32 = 256.',
      ko: '가지들을 나란히 이어 붙입니다: 64 + 128 + 32 + 32 = 256.',
    },
  },
  {
    id: '05-3',
    difficulty: 2,
    text: {
      en: 'What becomes of the two auxiliary classifiers when the trained network is used?',
      ko: '학습이 끝난 신경망을 사용할 때 두 보조 분류기는 어떻게 됩니까?',
    },
    choices: [
      { en: 'They are left out', ko: '떼어 낸다' },
      { en: 'Their probabilities are averaged with those of the main classifier', ko: '주 분류기의 확률과 평균한다' },
      { en: 'Their scores are added to the main ones with weight 0.3', ko: '0.3을 곱하여 주 분류기의 점수에 더한다' },
      { en: 'They are asked if the main classifier is in doubt', ko: '주 분류기가 확신하지 못할 때 사용한다' },
    ],
    explanation: {
      en: 'They exist to bring gradient to the lower layers in training, with weight 0.3 in the LOSS. At inference nobody asks them; the 13.4 million parameters become 7.0.',
      ko: '학습할 때 아래층에 그래디언트를 전하기 위한 것으로, 0.3은 손실에 곱하는 가중치입니다. 추론할 때는 쓰지 않으므로 파라미터가 1340만에서 700만으로 줄어듭니다.',
    },
  },
  {
    id: '05-4',
    difficulty: 2,
    text: {
      en: 'GoogLeNet ends with 7 x 7 x 1024 maps. How many times more weights (without biases) would a dense layer to 1000 classes have, if the maps were flattened and not averaged?',
      ko: 'GoogLeNet의 마지막 특성 맵은 7 x 7 x 1024입니다. 평균하지 않고 펼친다면 1000개 클래스로 가는 완전 연결 층의 가중치(편향 제외)는 몇 배가 됩니까?',
    },
    number: 49,
    tolerance: 0,
    explanation: {
      en: 'One weight for each place instead of one for all: 7 * 7 = 49 times, 50 million instead of 1 million.',
      ko: '모든 위치에 하나가 아니라 위치마다 하나의 가중치가 필요합니다: 7 * 7 = 49배, 100만이 아니라 5000만 개입니다.',
    },
  },
  {
    id: '05-5',
    difficulty: 3,
    text: {
      en: 'torchvision’s GoogLeNet has 6,624,904 parameters, one built after the paper has more. The same number of layers, the same channels: which known slip explains it?',
      ko: 'torchvision의 GoogLeNet은 파라미터가 6,624,904개로 논문대로 만든 것보다 적습니다. 층과 채널의 수가 같다면 어떤 알려진 실수 때문입니까?',
    },
    choices: [
      { en: 'The 5x5 branch has 3x3 filters', ko: '5x5 가지에 3x3 필터가 있다' },
      { en: 'The auxiliary classifiers are not counted at all', ko: '보조 분류기를 전혀 세지 않았다' },
      { en: 'The stem has a 3x3 filter instead of its 7x7 filter', ko: '줄기에 7x7 필터 대신 3x3 필터가 있다' },
      { en: 'Average pooling replaces the last dense layer', ko: '평균 풀링이 마지막 완전 연결 층을 대신한다' },
    ],
    explanation: {
      en: 'It is issue 906 of torchvision, kept so that its trained weights still fit. Output shapes are the same, so only the parameters and the multiply-adds tell.',
      ko: 'torchvision의 906번 이슈로, 학습된 가중치와 맞추기 위해 그대로 두었습니다. 출력의 모양이 같아 파라미터와 곱셈-덧셈 횟수만이 이를 드러냅니다.',
    },
  },
];
