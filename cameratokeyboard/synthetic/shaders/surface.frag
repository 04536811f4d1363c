// Paper, table, cloth, objects: a textured surface with some gloss.
uniform sampler2D picture;
uniform vec3 tint;
uniform vec2 uv_scale;
uniform vec2 uv_shift;
uniform float roughness;
uniform float gloss;       // reflectance at normal incidence
uniform float bump;        // strength of the noise on the normal
uniform float bump_mm;     // its grain
uniform float translucent; // light through paper or leaf, 0 none

void main() {
    vec3 n = normalize(w_normal);
    vec3 v = normalize(eye - w_pos);
    if (dot(n, v) < 0.0) n = -n;
    int grains = bump > 0.0 ? 1 : 0;
    for (int i = 0; i < grains; i++)
        n = normalize(n + bump * 1.5 * (texture(noise, rest / bump_mm).xyz - 0.5));
    vec3 albedo = texture(picture, uv * uv_scale + uv_shift).rgb * tint;
    float seen = sky_seen(n);
    vec3 sum = albedo * ambient(n, seen);
    float fres = gloss + (1.0 - gloss) * pow(1.0 - max(dot(n, v), 0.0), 5.0) * (1.0 - roughness);
    vec3 away = reflect(-v, n);
    sum += fres * mix(sky_side, sky_up, clamp(away.z, 0.0, 1.0)) * (0.4 + 0.6 * seen)
        * (0.7 + 0.9 * max(dot(away, sky_side_way), 0.0));
    for (int i = 0; i < light_count; i++) {
        float fall;
        vec3 l = light_way(i, fall);
        float nl = dot(n, l);
        float facing = max(nl, translucent * max(-nl, 0.0));
        vec3 p = w_pos + normalize(w_normal) * (dot(w_normal, l) > 0.0 ? 0.8 : -0.8);
        float s = i == 0
            ? lit(shadow_0, light_matrix[0], p, facing, light_blur[0], light_blur_range[0], light_depth[0])
            : lit(shadow_1, light_matrix[1], p, facing, light_blur[1], light_blur_range[1], light_depth[1]);
        vec3 c = light_colour[i] * fall * s;
        sum += albedo * c * facing;
        sum += c * max(nl, 0.0) * gloss * ggx(n, l, v, roughness);
    }
    colour = vec4(sum, 1.0);
}
