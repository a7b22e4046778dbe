/** Concept questions of lecture 08. The first choice is the right one; students see them in another order. */
import type { QuestionSource } from 'cnn-kit';

export const questions: QuestionSource[] = [
  {
    id: '08-1',
    difficulty: 1,
    text: {
      en: 'A 3x3 convolution from 128 to 128 channels is split into 32 groups. How many weights remain (no biases)?',
      ko: '128채널에서 128채널로 가는 3x3 합성곱을 32그룹으로 나눕니다. 가중치(편향 제외)는 몇 개가 남습니까?',
    },
    number: 4608,
    tolerance: 0,
    explanation: {
      en: '9 * (128 / 32) * 128 = 4,608, a 32nd part of 147,456.',
      ko: '9 * (128 / 32) * 128 = 4,608개로 147,456개의 32분의 1입니다.',
    },
  },
  {
    id: '08-2',
    difficulty: 1,
    text: { en: 'What does the squeeze of squeeze and excitation do?', ko: 'SE 블록의 squeeze는 무엇을 합니까?' },
    choices: [
      { en: 'It averages each channel over all its places', ko: '각 채널을 모든 위치에 걸쳐 평균한다' },
      { en: 'It averages all channels at each place of the map', ko: '특성 맵의 각 위치에서 모든 채널을 평균한다' },
      { en: 'It takes the maximum of each channel', ko: '각 채널의 최댓값을 취한다' },
      { en: 'It reduces the channels with a 1x1 convolution', ko: '1x1 합성곱으로 채널을 줄인다' },
    ],
    explanation: {
      en: 'One number for each channel, so that the excitation sees the whole picture, which a 3x3 filter never does.',
      ko: '채널마다 수 하나가 되어 excitation이 3x3 필터로는 볼 수 없는 그림 전체를 봅니다.',
    },
  },
  {
    id: '08-3',
    difficulty: 2,
    text: {
      en: 'Why does the excitation end in a sigmoid and not in a softmax?',
      ko: 'excitation이 소프트맥스가 아니라 시그모이드로 끝나는 이유는 무엇입니까?',
    },
    choices: [
      { en: 'Several channels may matter at once', ko: '여러 채널이 동시에 중요할 수 있다' },
      {
        en: 'A softmax cannot be differentiated where two channels are equal',
        ko: '두 채널이 같으면 소프트맥스를 미분할 수 없다',
      },
      { en: 'A sigmoid can also turn the sign of a channel around', ko: '시그모이드는 채널의 부호도 바꿀 수 있다' },
      { en: 'A softmax costs more than both dense layers', ko: '소프트맥스는 두 완전 연결 층보다 비용이 크다' },
    ],
    explanation: {
      en: 'A softmax would make the channels compete for a sum of 1. The sigmoid scales each by itself, between 0 and 1; it never changes a sign.',
      ko: '소프트맥스라면 채널들이 합 1을 두고 경쟁합니다. 시그모이드는 채널마다 따로 0과 1 사이의 값을 곱하며 부호는 바꾸지 않습니다.',
    },
  },
  {
    id: '08-4',
    difficulty: 2,
    text: {
      en: 'ResNeXt-50 (32x4d) costs as much as ResNet-50. What was traded for the 32 groups?',
      ko: 'ResNeXt-50(32x4d)의 비용은 ResNet-50과 비슷합니다. 32개의 그룹을 쓰면서 무엇을 바꾸었습니까?',
    },
    choices: [
      {
        en: 'The bottleneck is wider inside: 128 channels instead of 64',
        ko: '병목 안쪽이 넓어졌다: 64채널 대신 128채널',
      },
      {
        en: 'The bottleneck is narrower inside: 4 channels instead of 64',
        ko: '병목 안쪽이 좁아졌다: 64채널 대신 4채널',
      },
      {
        en: 'The network is deeper: each stage has one more block than before',
        ko: '신경망이 깊어졌다: 단계마다 블록이 하나씩 늘었다',
      },
      { en: 'The pictures are larger: 299 pixels', ko: '그림이 커졌다: 299픽셀' },
    ],
    explanation: {
      en: '32 groups of 4 are 128 channels. What the groups save in the 3x3 convolution pays for wider 1x1 convolutions: 70,144 numbers against 69,632.',
      ko: '4채널짜리 32그룹은 128채널입니다. 3x3 합성곱에서 아낀 비용으로 1x1 합성곱을 넓혔습니다: 69,632개 대 70,144개.',
    },
  },
  {
    id: '08-5',
    difficulty: 3,
    text: {
      en: 'Forms (a), separate branches that are added, and (c), one grouped convolution, of a ResNeXt block give exactly the same. On what does it rest?',
      ko: 'ResNeXt 블록의 형태 (a)(가지들을 더함)와 (c)(그룹 합성곱 하나)는 정확히 같은 결과를 냅니다. 무엇 때문입니까?',
    },
    choices: [
      {
        en: 'A 1x1 convolution of channels side by side is the sum of the 1x1 convolutions of its parts',
        ko: '나란히 이은 채널의 1x1 합성곱은 각 부분의 1x1 합성곱의 합과 같다',
      },
      {
        en: 'ReLU is linear for positive numbers, and after batch normalization most numbers are positive',
        ko: 'ReLU는 양수에서 선형이고 배치 정규화 뒤의 수는 대부분 양수이다',
      },
      {
        en: 'All branches share their weights, so that adding them equals scaling one of them',
        ko: '모든 가지가 가중치를 공유하므로 더하기는 한 가지를 키우는 것과 같다',
      },
      {
        en: 'A grouped convolution equals an ordinary one if the groups are shuffled',
        ko: '그룹을 섞으면 그룹 합성곱은 보통의 합성곱과 같다',
      },
    ],
    explanation: {
      en: 'Concatenate, then 1x1: the sum over all channels falls apart into sums over the branches. In front, each branch’s 1x1 filters are just a part of one larger layer.',
      ko: '이어 붙인 뒤의 1x1 합성곱에서 모든 채널에 대한 합은 가지별 합으로 나뉩니다. 앞쪽에서는 각 가지의 1x1 필터가 더 큰 층 하나의 일부일 뿐입니다.',
    },
  },
];
