// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** What a class file says about its class, read without loading it. Used by one thread. */
final class ScannedClass extends ClassVisitor {
    private static final String KEY = "Ljakarta/servlet/sip/annotation/SipApplicationKey;";

    /** A method with {@code @SipApplicationKey}. */
    record KeyCandidate(String name, String descriptor, int access, AnnotationValues annotation) {}

    private final Map<String, AnnotationValues> annotations = new HashMap<>();
    private final List<KeyCandidate> keyCandidates = new ArrayList<>();
    private String internalName = "";
    private int access;
    private Optional<String> superName = Optional.empty();
    private List<String> interfaces = List.of();

    private ScannedClass() {
        super(Opcodes.ASM9);
    }

    /** Throws IllegalArgumentException or an index exception when the bytes are not a class file that ASM knows. */
    static ScannedClass read(byte[] classFile) {
        var scanned = new ScannedClass();
        new ClassReader(classFile)
                .accept(scanned, ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
        return scanned;
    }

    /** The binary name, with slashes. */
    String internalName() {
        return internalName;
    }

    String name() {
        return internalName.replace('/', '.');
    }

    /** The name without package and outer classes. */
    String shortName() {
        return internalName.substring(Math.max(internalName.lastIndexOf('/'), internalName.lastIndexOf('$')) + 1);
    }

    boolean isConcrete() {
        return (access & (Opcodes.ACC_ABSTRACT | Opcodes.ACC_INTERFACE)) == 0;
    }

    Optional<String> superName() {
        return superName;
    }

    List<String> interfaces() {
        return interfaces;
    }

    /** By the name of the annotation type, with slashes. */
    Optional<AnnotationValues> annotation(String type) {
        return Optional.ofNullable(annotations.get('L' + type + ';'));
    }

    List<KeyCandidate> keyCandidates() {
        return keyCandidates;
    }

    @Override
    public void visit(
            int version,
            int flags,
            String name,
            @Nullable String signature,
            @Nullable String parent,
            String @Nullable [] parents) {
        access = flags;
        internalName = name;
        superName = Optional.ofNullable(parent);
        interfaces = parents == null ? List.of() : List.of(parents);
    }

    @Override
    public AnnotationVisitor visitAnnotation(String descriptor, boolean visible) {
        var values = new AnnotationValues();
        annotations.put(descriptor, values);
        return values;
    }

    @Override
    public MethodVisitor visitMethod(
            int flags, String name, String descriptor, @Nullable String signature, String @Nullable [] exceptions) {
        return new MethodVisitor(Opcodes.ASM9) {
            @Override
            public @Nullable AnnotationVisitor visitAnnotation(String type, boolean visible) {
                if (!type.equals(KEY)) {
                    return null;
                }
                var values = new AnnotationValues();
                keyCandidates.add(new KeyCandidate(name, descriptor, flags, values));
                return values;
            }
        };
    }
}
