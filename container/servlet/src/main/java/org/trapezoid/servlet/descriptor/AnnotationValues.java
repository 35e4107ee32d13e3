// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.objectweb.asm.AnnotationVisitor;
import org.objectweb.asm.Opcodes;

/** The values that are written in one annotation of a class file; defaults are not among them. Used by one thread. */
final class AnnotationValues extends AnnotationVisitor {
    private final Map<String, Object> values = new HashMap<>();

    AnnotationValues() {
        super(Opcodes.ASM9);
    }

    /** A text or the name of an enum constant; an empty text is as if it were not written. */
    Optional<String> text(String name) {
        return values.get(name) instanceof String text && !text.isBlank()
                ? Optional.of(text.strip())
                : Optional.empty();
    }

    Optional<Integer> number(String name) {
        return values.get(name) instanceof Integer number ? Optional.of(number) : Optional.empty();
    }

    Optional<Boolean> flag(String name) {
        return values.get(name) instanceof Boolean flag ? Optional.of(flag) : Optional.empty();
    }

    Optional<AnnotationValues> nested(String name) {
        return values.get(name) instanceof AnnotationValues nested ? Optional.of(nested) : Optional.empty();
    }

    List<String> texts(String name) {
        return list(name, String.class);
    }

    List<AnnotationValues> nestedList(String name) {
        return list(name, AnnotationValues.class);
    }

    private <T> List<T> list(String name, Class<T> type) {
        var found = new ArrayList<T>();
        if (values.get(name) instanceof List<?> list) {
            for (Object each : list) {
                if (type.isInstance(each)) {
                    found.add(type.cast(each));
                }
            }
        }
        return found;
    }

    @Override
    public void visit(String name, Object value) {
        values.put(name, value);
    }

    @Override
    public void visitEnum(String name, String descriptor, String value) {
        values.put(name, value);
    }

    @Override
    public AnnotationVisitor visitAnnotation(String name, String descriptor) {
        var nested = new AnnotationValues();
        values.put(name, nested);
        return nested;
    }

    @Override
    public AnnotationVisitor visitArray(String name) {
        var list = new ArrayList<Object>();
        values.put(name, list);
        return new AnnotationVisitor(Opcodes.ASM9) {
            @Override
            public void visit(String element, Object value) {
                list.add(value);
            }

            @Override
            public void visitEnum(String element, String descriptor, String value) {
                list.add(value);
            }

            @Override
            public AnnotationVisitor visitAnnotation(String element, String descriptor) {
                var nested = new AnnotationValues();
                list.add(nested);
                return nested;
            }
        };
    }
}
