#version 330
// Which thing a pixel shows, and how far it is. The codes are those of labels.py.
in vec3 w_pos;
in vec2 uv;
in vec4 attr;
in float depth_mm;
uniform int kind;          // 0 plain code, 1 paper with markers, 2 hand
uniform float code;
uniform vec4 markers[4];   // centre x, y and half side x, y in mm on the paper
uniform int hand_side;     // 0 left, 1 right
uniform float tip_mm[5];   // length of the labelled tip, thumb .. pinky
layout(location = 0) out float out_id;
layout(location = 1) out float out_depth;

void main() {
    float id = code;
    if (kind == 1) {
        for (int i = 0; i < 4; i++) {
            vec2 d = abs(uv - markers[i].xy);
            if (d.x <= markers[i].z && d.y <= markers[i].w) id = 64.0 + float(i);
        }
    } else if (kind == 2) {
        int finger = int(floor(attr.y + 0.5));
        // attr: part, finger, distance from the finger's end, dorsal
        if (finger >= 0 && attr.x > 1.5) {
            float place = float(hand_side * 5 + finger);
            id = (attr.z < tip_mm[finger] ? 16.0 : 32.0) + place;
        } else {
            id = (attr.x > 0.5 ? 48.0 : 50.0) + float(hand_side);
        }
    }
    out_id = id / 255.0;
    out_depth = depth_mm;
}
