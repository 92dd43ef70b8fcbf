//! The model: a batch of mel windows in, a batch of mouths out. [`Model`] is a stand-in of the right shape, a small ONNX
//! network with seeded weights that tract runs: what is measured around it is a real inference, not a sleep.
//!
//! ```text
//! h = mel · W + b                          [n, 1280] to [n, 1200], seen as [n, 3, 20, 20]
//! mouth = sigmoid(ConvTranspose(h, K))     16x16 kernels, stride 16: [n, 3, 320, 320], R'G'B' from 0 to 1
//! ```

use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TensorShapeProto, TypeProto,
    ValueInfoProto, attribute_proto::AttributeType, tensor_shape_proto, type_proto,
};
use tract_onnx::prelude::*;

use crate::Outcome;

/// Numbers of a mel window, `[80, 16]`.
pub const MEL: usize = 80 * 16;
/// Side of a mouth in pixels.
pub const MOUTH: u32 = 320;
/// Numbers of a mouth, `[3, 320, 320]`.
pub const PICTURE: usize = 3 * (MOUTH * MOUTH) as usize;
/// Side of the picture before the last layer.
const SMALL: usize = 20;
const HIDDEN: usize = 3 * SMALL * SMALL;
const KERNEL: usize = MOUTH as usize / SMALL;

/// Something that makes mouths of sound.
pub trait Infer {
    /// Windows in a batch.
    fn batch(&self) -> usize;

    /// Takes a batch of windows `[n, 80, 16]` to mouths `[n, 3, 320, 320]`.
    ///
    /// # Errors
    /// Slices of another length, and what the runtime reports.
    fn infer_batch(&mut self, mels: &[f32], mouths: &mut [f32]) -> Outcome<()>;
}

/// The stand-in.
pub struct Model {
    plan: TypedSimplePlan<TypedModel>,
    batch: usize,
}

impl Model {
    /// Makes the network and plans it for batches of this size.
    ///
    /// # Errors
    /// What tract reports.
    pub fn new(batch: usize) -> Outcome<Model> {
        let network = tract_onnx::onnx().model_for_proto_model(&onnx(batch))?;
        Ok(Model { plan: network.into_optimized()?.into_runnable()?, batch })
    }
}

impl Infer for Model {
    fn batch(&self) -> usize {
        self.batch
    }

    fn infer_batch(&mut self, mels: &[f32], mouths: &mut [f32]) -> Outcome<()> {
        let input = Tensor::from_shape(&[self.batch, MEL], mels)?;
        let output = self.plan.run(tvec!(input.into()))?;
        let output = output[0].as_slice::<f32>()?;
        if output.len() != mouths.len() {
            return Err(format!("room for {} numbers, {} came", mouths.len(), output.len()).into());
        }
        mouths.copy_from_slice(output);
        Ok(())
    }
}

/// Weights from −scale to scale, the same on every machine.
pub(crate) fn weights(seed: u64, len: usize, scale: f32) -> Vec<f32> {
    let mut state = seed;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 40) as f32 / (1 << 23) as f32 - 1.0) * scale
    };
    std::iter::repeat_with(next).take(len).collect()
}

/// The parameters by name, with their shapes.
pub(crate) fn parameters() -> [(&'static str, Vec<i64>, Vec<f32>); 3] {
    let (mel, hidden, kernel) = (MEL as i64, HIDDEN as i64, KERNEL as i64);
    [
        ("W", vec![mel, hidden], weights(1, MEL * HIDDEN, 0.02)),
        ("b", vec![hidden], weights(2, HIDDEN, 0.5)),
        ("K", vec![3, 3, kernel, kernel], weights(3, 9 * KERNEL * KERNEL, 1.0)),
    ]
}

/// The network as an ONNX file holds it.
fn onnx(batch: usize) -> ModelProto {
    const FLOAT: i32 = 1;
    const INT64: i32 = 7;
    let mut initializer: Vec<TensorProto> = parameters()
        .into_iter()
        .map(|(name, dims, values)| TensorProto {
            name: name.into(),
            dims,
            data_type: FLOAT,
            raw_data: values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            ..TensorProto::default()
        })
        .collect();
    let small = [batch, 3, SMALL, SMALL].map(|side| side as i64);
    initializer.push(TensorProto {
        name: "small".into(),
        dims: vec![4],
        data_type: INT64,
        raw_data: small.iter().flat_map(|side| side.to_le_bytes()).collect(),
        ..TensorProto::default()
    });
    let node = |op: &str, input: &[&str], output: &str, attribute: Vec<AttributeProto>| NodeProto {
        op_type: op.into(),
        name: output.into(),
        input: input.iter().map(|&name| name.into()).collect(),
        output: vec![output.into()],
        attribute,
        ..NodeProto::default()
    };
    let stride = AttributeProto {
        name: "strides".into(),
        r#type: AttributeType::Ints.into(),
        ints: vec![KERNEL as i64; 2],
        ..AttributeProto::default()
    };
    let value = |name: &str, sides: &[usize]| {
        let side = |&side: &usize| tensor_shape_proto::Dimension {
            value: Some(tensor_shape_proto::dimension::Value::DimValue(side as i64)),
            ..tensor_shape_proto::Dimension::default()
        };
        let shape = TensorShapeProto { dim: sides.iter().map(side).collect() };
        let tensor = type_proto::Tensor { elem_type: FLOAT, shape: Some(shape) };
        let r#type = TypeProto { value: Some(type_proto::Value::TensorType(tensor)), ..TypeProto::default() };
        ValueInfoProto { name: name.into(), r#type: Some(r#type), ..ValueInfoProto::default() }
    };
    let side = MOUTH as usize;
    ModelProto {
        ir_version: 8,
        opset_import: vec![OperatorSetIdProto { domain: String::new(), version: 13 }],
        graph: Some(GraphProto {
            name: "mouth".into(),
            node: vec![
                node("Gemm", &["mel", "W", "b"], "h", vec![]),
                node("Reshape", &["h", "small"], "s", vec![]),
                node("ConvTranspose", &["s", "K"], "large", vec![stride]),
                node("Sigmoid", &["large"], "mouth", vec![]),
            ],
            initializer,
            input: vec![value("mel", &[batch, MEL])],
            output: vec![value("mouth", &[batch, 3, side, side])],
            ..GraphProto::default()
        }),
        ..ModelProto::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The formula of the file's head, in f64.
    fn expected(mel: &[f32]) -> Vec<f64> {
        let [w, b, k] = parameters().map(|(_, _, values)| values.into_iter().map(f64::from).collect::<Vec<_>>());
        let hidden: Vec<f64> = (0..HIDDEN)
            .map(|out| b[out] + (0..MEL).map(|at| f64::from(mel[at]) * w[at * HIDDEN + out]).sum::<f64>())
            .collect();
        let side = MOUTH as usize;
        let pixel = |channel: usize, y: usize, x: usize| {
            let cell = (y / KERNEL) * SMALL + x / KERNEL;
            let tap = (y % KERNEL) * KERNEL + x % KERNEL;
            let from = |c: usize| hidden[c * SMALL * SMALL + cell] * k[(c * 3 + channel) * KERNEL * KERNEL + tap];
            1.0 / (1.0 + (-(0..3).map(from).sum::<f64>()).exp())
        };
        (0..PICTURE).map(|at| pixel(at / (side * side), at / side % side, at % side)).collect()
    }

    #[test]
    fn tract_computes_the_network() {
        let mels = weights(9, 2 * MEL, 4.0);
        let mut mouths = vec![0.0; 2 * PICTURE];
        Model::new(2).unwrap().infer_batch(&mels, &mut mouths).unwrap();
        for (mel, mouth) in mels.chunks_exact(MEL).zip(mouths.chunks_exact(PICTURE)) {
            let (mut least, mut most) = (1.0f32, 0.0f32);
            for (&got, want) in mouth.iter().zip(expected(mel)) {
                assert!((f64::from(got) - want).abs() < 1e-4, "{got} for {want}");
                (least, most) = (least.min(got), most.max(got));
            }
            assert!(most - least > 0.5, "a picture, not a flat colour: {least} to {most}");
        }
    }

    #[test]
    fn another_length_is_an_error() {
        let mut model = Model::new(1).unwrap();
        assert!(model.infer_batch(&vec![0.0; MEL], &mut vec![0.0; PICTURE - 1]).is_err());
        assert!(model.infer_batch(&vec![0.0; MEL - 1], &mut vec![0.0; PICTURE]).is_err());
    }
}
