// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

export { type BuiltImage, buildImage, IMAGE_CACHE } from './build-image.ts';
export { EXAM_IMAGES } from './exam-images.ts';
export { type GoBuild, goCommand } from './go-command.ts';
export type { ImageRecipe, LayerRecipe } from './recipe.ts';
export { YARDSTICK } from './yardstick.ts';
