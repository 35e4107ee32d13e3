// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Compares the compiled API with the list of all its types and members, {@code signatures.txt}. */
class SignatureTest {
    private final Map<String, List<String>> expected = expected();

    @Test
    void declaresTheTypesOfTheListAndNoOther() {
        List<String> declared =
                apiClasses().stream().map(SignatureTest::declaration).toList();

        assertThat(declared).containsExactlyInAnyOrderElementsOf(expected.keySet());
    }

    @TestFactory
    Stream<DynamicTest> declaresTheMembersOfTheListAndNoOther() {
        return apiClasses().stream()
                .map(type -> DynamicTest.dynamicTest(type.getName(), () -> assertThat(members(type))
                        .containsExactlyInAnyOrderElementsOf(expected.getOrDefault(declaration(type), List.of()))));
    }

    @Test
    void listsEveryTypeAndMemberOfTheSpecification() {
        long members = expected.values().stream()
                .flatMap(List::stream)
                .filter(line -> !line.startsWith("annotated "))
                .count();

        assertThat(expected).hasSize(115);
        assertThat(members).isEqualTo(701); // one constant twice, once spelled right
    }

    @Test
    void namesEveryStringConstantInTheJakartaNamespace() throws IllegalAccessException {
        List<String> values = new ArrayList<>();
        for (Field field : SipServlet.class.getFields()) {
            if (field.getType() == String.class) {
                values.add((String) field.get(null));
            }
        }

        assertThat(values).hasSize(12).allSatisfy(value -> assertThat(value).startsWith("jakarta.servlet.sip."));
    }

    private static Map<String, List<String>> expected() {
        try (InputStream in = SignatureTest.class.getResourceAsStream("/signatures.txt")) {
            Map<String, List<String>> types = new TreeMap<>();
            List<String> members = List.of();
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                if (line.startsWith(" ")) {
                    members.add(line.strip());
                } else {
                    members = new ArrayList<>();
                    types.put(line, members);
                }
            }
            return types;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Class<?>> apiClasses() {
        try {
            Path root = Path.of(SipServlet.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            try (Stream<Path> files = Files.walk(root.resolve("jakarta/servlet/sip"))) {
                List<Class<?>> types = new ArrayList<>();
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".class")).toList()) {
                    String name = root.relativize(file)
                            .toString()
                            .replace(file.getFileSystem().getSeparator(), ".");
                    Class<?> type = Class.forName(name.substring(0, name.length() - ".class".length()));
                    if (isExported(type.getModifiers()) && !type.getSimpleName().equals("package-info")) {
                        types.add(type);
                    }
                }
                return types;
            }
        } catch (IOException | URISyntaxException | ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isExported(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static String declaration(Class<?> type) {
        int noise = Modifier.INTERFACE;
        String kind = type.isAnnotation()
                ? "annotation"
                : type.isInterface() ? "interface" : type.isEnum() ? "enum" : "class";
        String supertypes = type.getGenericSuperclass() == null
                ? ""
                : " extends " + type.getGenericSuperclass().getTypeName();
        if (type.getInterfaces().length > 0) {
            supertypes += Arrays.stream(type.getGenericInterfaces())
                    .map(Type::getTypeName)
                    .sorted()
                    .collect(Collectors.joining(", ", " implements ", ""));
        }
        return Modifier.toString(type.getModifiers() & ~noise) + " " + kind + " " + type.getName()
                + typeParameters(type.getTypeParameters(), "") + supertypes;
    }

    private static List<String> members(Class<?> type) {
        List<String> lines = new ArrayList<>();
        for (Annotation annotation : type.getDeclaredAnnotations()) {
            lines.add("annotated " + value(annotation));
        }
        for (Field field : type.getDeclaredFields()) {
            if (field.isEnumConstant()) {
                lines.add("constant " + ordinal(field) + " " + field.getName());
            } else if (isExported(field.getModifiers())) {
                lines.add("field " + deprecation(field.isAnnotationPresent(Deprecated.class))
                        + Modifier.toString(field.getModifiers()) + " "
                        + field.getGenericType().getTypeName() + " " + field.getName() + constant(field));
            }
        }
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (isExported(constructor.getModifiers())) {
                lines.add("constructor " + deprecation(constructor.isAnnotationPresent(Deprecated.class))
                        + Modifier.toString(constructor.getModifiers()) + " " + parameters(constructor.getParameters())
                        + exceptions(constructor.getGenericExceptionTypes()));
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            boolean ofEveryEnum = type.isEnum() && Modifier.isStatic(method.getModifiers());
            if (isExported(method.getModifiers()) && !method.isSynthetic() && !ofEveryEnum) {
                lines.add("method " + deprecation(method.isAnnotationPresent(Deprecated.class))
                        + Modifier.toString(method.getModifiers() & Modifier.methodModifiers()) + " "
                        + typeParameters(method.getTypeParameters(), " ")
                        + method.getGenericReturnType().getTypeName() + " " + method.getName()
                        + parameters(method.getParameters()) + exceptions(method.getGenericExceptionTypes())
                        + (method.getDefaultValue() == null ? "" : " default " + value(method.getDefaultValue())));
            }
        }
        return lines;
    }

    private static String deprecation(boolean deprecated) {
        return deprecated ? "deprecated " : "";
    }

    private static int ordinal(Field constant) {
        Object[] constants = constant.getDeclaringClass().getEnumConstants();
        return IntStream.range(0, constants.length)
                .filter(i -> ((Enum<?>) constants[i]).name().equals(constant.getName()))
                .findFirst()
                .orElseThrow();
    }

    private static String constant(Field field) {
        try {
            boolean compiledIn = field.getType().isPrimitive() || field.getType() == String.class;
            return compiledIn ? " = " + value(field.get(null)) : "";
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String typeParameters(TypeVariable<?>[] variables, String after) {
        if (variables.length == 0) {
            return "";
        }
        return Arrays.stream(variables)
                .map(variable -> variable.getName() + bounds(variable))
                .collect(Collectors.joining(", ", "<", ">" + after));
    }

    private static String bounds(TypeVariable<?> variable) {
        List<String> bounds = Arrays.stream(variable.getBounds())
                .filter(bound -> bound != Object.class)
                .map(Type::getTypeName)
                .toList();
        return bounds.isEmpty() ? "" : " extends " + String.join(" & ", bounds);
    }

    private static String parameters(Parameter[] parameters) {
        return Arrays.stream(parameters)
                .map(parameter -> {
                    String type = parameter.getParameterizedType().getTypeName();
                    return parameter.isVarArgs() ? type.substring(0, type.length() - "[]".length()) + "..." : type;
                })
                .collect(Collectors.joining(", ", "(", ")"));
    }

    private static String exceptions(Type[] types) {
        return types.length == 0
                ? ""
                : Arrays.stream(types)
                        .map(Type::getTypeName)
                        .sorted()
                        .collect(Collectors.joining(", ", " throws ", ""));
    }

    private static String value(Object value) {
        if (value instanceof String text) {
            return '"' + text + '"';
        } else if (value instanceof Class<?> type) {
            return type.getName() + ".class";
        } else if (value instanceof Enum<?> constant) {
            return constant.name();
        } else if (value instanceof Object[] array) {
            return Arrays.stream(array).map(SignatureTest::value).collect(Collectors.joining(", ", "{", "}"));
        } else if (value instanceof Annotation annotation) {
            return "@" + annotation.annotationType().getName() + elements(annotation);
        }
        return value.toString();
    }

    private static String elements(Annotation annotation) {
        List<String> elements = new ArrayList<>();
        for (Method element : annotation.annotationType().getDeclaredMethods()) {
            try {
                element.setAccessible(true);
                String value = value(element.invoke(annotation));
                if (element.getDefaultValue() == null || !value.equals(value(element.getDefaultValue()))) {
                    elements.add(element.getName() + "=" + value);
                }
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
        elements.sort(null);
        return elements.isEmpty() ? "" : "(" + String.join(", ", elements) + ")";
    }
}
