// Skin and nails: wrapped, reddened diffuse light, two gloss lobes, procedural detail that sticks
// to the rest pose. attr: part, finger, mm from the finger's end, dorsal.
uniform vec3 skin;
uniform vec3 palm_skin;
uniform float blotch;      // strength of uneven colour
uniform float redness;     // of knuckles and fingertips
uniform float pores;
uniform float creases;
uniform float veins;
uniform float hair;
uniform float freckles;
uniform float wet;         // gloss of the skin
uniform vec3 nail_colour;
uniform float nail_paint;  // 0 bare, 1 polish
uniform float joint_mm[5]; // end of finger to its last joint
uniform float knuckle_mm[5]; // end of finger to its middle joint

float bell(float x, float s) { return exp(-x * x / (2.0 * s * s)); }

void main() {
    float part = attr.x, from_end = attr.z, back = clamp(attr.w, 0.0, 1.0);
    int finger = clamp(int(floor(attr.y + 0.5)), 0, 4);
    float on_finger = smoothstep(1.3, 1.8, part);
    float nail = smoothstep(2.44, 2.56, part);
    float forearm = 1.0 - smoothstep(0.2, 0.8, part);
    vec4 n_low = texture(noise, rest / 61.0);
    vec4 n_mid = texture(noise, rest / 17.0);
    vec4 n_fine = texture(noise, rest / 4.3);
    vec3 n = normalize(w_normal);
    vec3 v = normalize(eye - w_pos);

    float at_joint = on_finger * bell(from_end - joint_mm[finger], 3.2);
    float at_knuckle = on_finger * bell(from_end - knuckle_mm[finger], 5.0);
    float folded = (at_joint + at_knuckle) * (0.35 + 0.65 * back);
    // A few wrinkles across each joint, wavy and of uneven depth; deep ones only on the palm side.
    float lines = sin(from_end * 2.1 + (n_mid.x - 0.5) * 9.0 + (n_low.z - 0.5) * 5.0) * 0.5 + 0.5;
    lines = smoothstep(0.5, 1.0, lines) * folded * creases * (0.35 + 0.9 * n_mid.y);
    // The knuckles' skin is darker and looser than that between them.
    float knuckle_dark = (at_joint * 0.5 + at_knuckle) * back;

    vec3 base = mix(palm_skin, skin, smoothstep(0.2, 0.65, back + 0.25 * (n_mid.y - 0.5)));
    base *= 1.0 + blotch * ((n_low.x - 0.5) * 0.6 + (n_mid.z - 0.5) * 0.45 + (n_fine.w - 0.5) * 0.25);
    float red = redness * (on_finger * bell(from_end, 12.0) * 0.8
        + at_knuckle * 0.8 + at_joint * 0.5 + (n_low.y - 0.5) * 0.7);
    base *= mix(vec3(1.0), vec3(1.05, 0.80, 0.78), clamp(red, -0.5, 1.0));
    base *= (1.0 - 0.30 * lines) * (1.0 - 0.10 * knuckle_dark);
    float vein = smoothstep(0.09, 0.0, abs(texture(noise, rest * vec3(0.012, 0.006, 0.012)).w - 0.5));
    base = mix(base, base * vec3(0.80, 0.90, 0.98), veins * vein * back * (1.0 - on_finger));
    base *= 1.0 - freckles * smoothstep(0.66, 0.80, texture(noise, rest / 11.0).w) * 0.3;
    vec4 strand = texture(noise, rest * vec3(0.55, 0.07, 0.55) + n_low.xyz * 0.8);
    float hairy = hair * back * (forearm + 0.25 * (1.0 - forearm) * (1.0 - on_finger)
        + 0.2 * on_finger * bell(from_end - knuckle_mm[finger] - 12.0, 6.0));
    base *= 1.0 - clamp(hairy, 0.0, 1.0) * smoothstep(0.60, 0.70, strand.y) * 0.65;

    float edge = smoothstep(0.9, 0.3, from_end);
    vec3 pale = nail_colour * vec3(1.22, 1.12, 1.10) + vec3(0.03, 0.02, 0.02);
    float moon = smoothstep(7.5, 9.5, from_end);
    vec3 bare = mix(mix(pale, pale * 1.12 + 0.02, moon), pale * 1.1 + 0.12, edge * 0.9);
    // The fold of skin round the nail lies in its own shadow.
    float fold = smoothstep(2.22, 2.40, part) * (1.0 - smoothstep(2.44, 2.56, part));
    base *= 1.0 - 0.30 * fold;
    base = mix(base, mix(bare, nail_colour, nail_paint), nail);
    base = max(base, vec3(0.002));

    vec3 rough_n = (n_fine.xyz - 0.5) * 0.35 * pores + (n_mid.xyz - 0.5) * 0.16 * pores;
    n = normalize(n + (rough_n + lines * (n_fine.yzx - 0.5)) * (1.0 - nail));
    float seen = sky_seen(n);
    float rough = mix(mix(0.52, 0.40, wet), mix(0.30, 0.16, nail_paint), nail);
    float shine = mix(0.5 + 0.8 * wet, 1.6, nail) * (0.7 + 0.6 * n_fine.w);
    vec3 sum = base * ambient(n, seen);
    float rim = pow(1.0 - max(dot(n, v), 0.0), 4.0);
    sum += mix(sky_side, sky_up, n.z * 0.5 + 0.5) * (0.028 + 0.12 * rim) * seen * (0.4 + 0.6 * shine);
    vec3 wrap = vec3(0.34, 0.16, 0.11) * (1.0 - 0.6 * nail) * (0.4 + 0.6 * smoothstep(0.02, 0.35, skin.r));
    for (int i = 0; i < light_count; i++) {
        float fall;
        vec3 l = light_way(i, fall);
        float nl = dot(n, l);
        vec3 facing = max((vec3(nl) + wrap) / (1.0 + wrap), 0.0);
        facing = facing * facing * (0.25 + 0.75 * facing) * 0.35 + facing * 0.65;
        vec3 p = w_pos + normalize(w_normal) * 1.6;
        float s = i == 0
            ? lit(shadow_0, light_matrix[0], p, facing.r, light_blur[0], light_blur_range[0], light_depth[0])
            : lit(shadow_1, light_matrix[1], p, facing.r, light_blur[1], light_blur_range[1], light_depth[1]);
        vec3 soft = mix(vec3(s), vec3(sqrt(s), s, s), 0.5);
        vec3 c = light_colour[i] * fall;
        sum += base * c * facing * soft;
        sum += c * max(nl, 0.0) * s * 0.028 * shine * (ggx(n, l, v, rough) + 0.4 * ggx(n, l, v, 0.75));
    }
    colour = vec4(sum, 1.0);
}
