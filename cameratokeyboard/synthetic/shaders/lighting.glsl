// Light shared by all surfaces: two lights with soft shadows, sky, bounce, hand occlusion.
in vec3 w_pos;
in vec3 w_normal;
in vec2 uv;
in vec3 rest;
in vec4 attr;
in float depth_mm;
uniform vec3 eye;
uniform int light_count;
uniform vec4 light_place[2];   // w 0: direction to the light, w 1: position in mm
uniform vec3 light_colour[2];
uniform mat4 light_matrix[2];
uniform float light_blur[2];   // penumbra in shadow map units per mm of blocker distance
uniform vec2 light_blur_range[2]; // least and greatest blur in shadow map units
uniform float light_depth[2];  // mm covered by the shadow map's depth
uniform sampler2D shadow_0;
uniform sampler2D shadow_1;
uniform sampler2D occlusion;   // r: paper seen by the sky, g: height of what stands above, /200 mm
uniform vec4 occlusion_area;   // x0, y0, 1 / width, 1 / height
uniform sampler3D noise;
uniform vec3 sky_up;
uniform vec3 sky_side;
uniform vec3 sky_side_way;
uniform vec3 bounce;
uniform float bounce_height;
out vec4 colour;

float grain(vec2 p) {
    return fract(52.9829189 * fract(dot(p, vec2(0.06711056, 0.00583715))));
}

// Software OpenGL runs both sides of an "if" but leaves a loop early: loops bound the work.
float lit(sampler2D map, mat4 m, vec3 p, float facing, float blur, vec2 range, float reach) {
    vec4 h = m * vec4(p, 1.0);
    vec3 s = h.xyz / h.w * 0.5 + 0.5;
    bool mapped = all(greaterThan(s.xy, vec2(0.002))) && all(lessThan(s.xy, vec2(0.998)))
        && s.z < 1.0 && facing > 0.0;
    float turn = 6.2832 * grain(gl_FragCoord.xy);
    vec2 way = vec2(cos(turn), sin(turn));
    const mat2 golden = mat2(-0.737369, 0.675490, -0.675490, -0.737369);
    float bias = 1.2 / reach;
    float far_blocker = 0.0, count = 0.0;
    int taps = mapped ? 4 : 0;
    for (int i = 0; i < taps; i++) {
        vec2 q = s.xy + way * (sqrt(float(i) / 3.0) * range.y); // the first one straight on
        way = golden * way;
        float d = textureLod(map, q, 0.0).r;
        float behind = step(d, s.z - bias);
        far_blocker += behind * (s.z - d);
        count += behind;
    }
    float radius = clamp(far_blocker / max(count, 1.0) * reach * blur, range.x, range.y);
    float sum = 0.0;
    taps = count > 0.5 ? 8 : 0;
    for (int i = 0; i < taps; i++) {
        vec2 q = s.xy + way * (sqrt((float(i) + 0.5) / 8.0) * radius);
        way = golden * way;
        sum += step(s.z - bias - radius * 0.4, textureLod(map, q, 0.0).r);
    }
    return taps > 0 ? sum / 8.0 : 1.0;
}

vec3 light_way(int i, out float fall) {
    if (light_place[i].w < 0.5) { fall = 1.0; return light_place[i].xyz; }
    vec3 d = light_place[i].xyz - w_pos;
    float r2 = dot(d, d);
    // Colour is given at the keyboard's centre; the lamp falls off from there.
    fall = dot(light_place[i].xyz, light_place[i].xyz) / r2;
    return d * inversesqrt(r2);
}

float sky_seen(vec3 n) {
    vec2 q = (w_pos.xy - occlusion_area.xy) * occlusion_area.zw;
    vec2 o = texture(occlusion, clamp(q, 0.0, 1.0)).rg;
    float near_paper = 1.0 - smoothstep(0.0, 14.0, w_pos.z);
    float under = smoothstep(2.0, 45.0, o.g * 200.0 - w_pos.z);
    float inside = step(0.0, q.x) * step(q.x, 1.0) * step(0.0, q.y) * step(q.y, 1.0);
    float low = mix(1.0, o.r, near_paper);
    return mix(1.0, low * (1.0 - 0.55 * under * (1.0 - near_paper)), inside);
}

vec3 ambient(vec3 n, float seen) {
    vec3 above = mix(sky_side, sky_up, clamp(n.z * 0.5 + 0.5, 0.0, 1.0));
    above *= 0.75 + 0.5 * max(dot(n, sky_side_way), 0.0);
    vec3 below = bounce * exp(-max(w_pos.z, 0.0) / bounce_height);
    return above * seen * (0.55 + 0.45 * n.z * step(0.0, n.z))
        + below * clamp(0.5 - 0.5 * n.z, 0.0, 1.0) * (0.35 + 0.65 * seen);
}

float ggx(vec3 n, vec3 l, vec3 v, float rough) {
    vec3 h = normalize(l + v);
    float a = rough * rough, a2 = a * a;
    float nh = max(dot(n, h), 0.0);
    float d = nh * nh * (a2 - 1.0) + 1.0;
    float lh = max(dot(l, h), 0.1);
    return a2 / (4.0 * 3.14159 * d * d * lh * lh * (rough + 0.5)) * 3.14159 * 0.25;
}
