import { expect, test } from 'vitest';

import { fileTitle, recipeOf } from './metadata';

const node = (class_type: string, inputs: Record<string, unknown>) => ({ class_type, inputs });

test('a plain graph tells prompt, seed, model and sampler', () => {
  const graph = {
    '3': node('KSampler', { seed: 884_201_377, steps: 28, cfg: 3.5, sampler_name: 'euler', scheduler: 'simple', positive: ['6', 0], negative: ['7', 0], model: ['10', 0] }),
    '4': node('CheckpointLoaderSimple', { ckpt_name: 'flux/flux1-dev-fp8.safetensors' }),
    '6': node('CLIPTextEncode', { text: ' a harbour at dusk ', clip: ['4', 1] }),
    '7': node('CLIPTextEncode', { text: 'blurry', clip: ['4', 1] }),
    '10': node('LoraLoader', { lora_name: 'night_film.safetensors', strength_model: 0.7, model: ['4', 0] }),
  };
  expect(recipeOf(graph)).toEqual({
    prompt: 'a harbour at dusk',
    negative: 'blurry',
    seed: '884201377',
    models: ['flux1-dev-fp8'],
    loras: ['night_film, 0.7'],
    sampler: 'euler',
    scheduler: 'simple',
    steps: '28',
    guidance: '3.5',
  });
});

test('a graph in many pieces is followed along its links', () => {
  const graph = {
    '1': node('SamplerCustomAdvanced', { noise: ['2', 0], guider: ['3', 0], sampler: ['4', 0], sigmas: ['5', 0] }),
    '2': node('RandomNoise', { noise_seed: ['9', 0] }),
    '3': node('BasicGuider', { model: ['8', 0], conditioning: ['6', 0] }),
    '4': node('KSamplerSelect', { sampler_name: 'dpmpp_2m' }),
    '5': node('BasicScheduler', { scheduler: 'beta', steps: 20, model: ['8', 0] }),
    '6': node('FluxGuidance', { guidance: 3, conditioning: ['7', 0] }),
    '7': node('CLIPTextEncode', { text: ['11', 0] }),
    '8': node('UNETLoader', { unet_name: 'a.gguf' }),
    '9': node('PrimitiveInt', { value: 42 }),
    '11': node('PrimitiveStringMultiline', { value: '木の家' }),
  };
  expect(recipeOf(graph)).toMatchObject({ prompt: '木の家', seed: '42', sampler: 'dpmpp_2m', scheduler: 'beta', steps: '20', guidance: '3', models: ['a'] });
});

test('a node that both sides pass through does not mix them up', () => {
  const graph = {
    '1': node('KSampler', { positive: ['2', 0], negative: ['2', 1] }),
    '2': node('ControlNetApplyAdvanced', { negative: ['4', 0], positive: ['3', 0] }),
    '3': node('CLIPTextEncode', { text: 'wanted' }),
    '4': node('CLIPTextEncode', { text: 'unwanted' }),
  };
  expect(recipeOf(graph)).toMatchObject({ prompt: 'wanted', negative: 'unwanted' });
});

test('links in a circle end, and what is no graph says nothing', () => {
  const circle = { '1': node('A', { positive: ['2', 0], seed: ['2', 0] }), '2': node('B', { x: ['1', 0], seed: ['1', 0] }) };
  expect(recipeOf(circle).prompt).toBeNull();
  for (const odd of [null, undefined, 7, 'text', [], { '1': null }, { '1': { class_type: 'A' } }, { nodes: [] }]) expect(recipeOf(odd)).toMatchObject({ prompt: null, seed: null, models: [], loras: [] });
});

test('a model is named without its folder and ending', () => {
  expect(fileTitle('sdxl\\base_1.0.safetensors')).toBe('base_1.0');
  expect(fileTitle('plain')).toBe('plain');
});
