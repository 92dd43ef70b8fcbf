import { answering } from "./answering.js";
import { canvas } from "./canvas.js";
import { features } from "./features.js";
import { opencv } from "./opencv.js";
import { pipeline } from "./pipeline.js";
import { upload } from "./upload.js";

globalThis.answer = answering({ canvas, features, opencv, pipeline, upload });
