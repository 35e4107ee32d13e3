// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.tasks;

import jakarta.enterprise.concurrent.ContextService;
import jakarta.enterprise.concurrent.ManagedTask;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets code that other threads call see the application's class loader and the session it was made in. Such code runs where it is
 * called, in no queue: {@link #currentContextExecutor()} and the executors queue. Safe for use by any thread.
 */
final class ContextObjects implements ContextService {

    private final TaskContext.Source contexts;

    ContextObjects(TaskContext.Source contexts) {
        this.contexts = contexts;
    }

    private TaskContext capture() {
        return contexts.of(Map.of());
    }

    /** What application code gives back or throws. */
    private interface Code<R extends @Nullable Object> {
        R run() throws Throwable;
    }

    private static final class Outcome<R extends @Nullable Object> {
        private @Nullable R result;
        private @Nullable Throwable thrown;
    }

    @SuppressWarnings("NullAway") // R itself says whether it may be null
    private static <R extends @Nullable Object> R in(TaskContext context, Code<R> code) throws Throwable {
        Outcome<R> outcome = new Outcome<>();
        context.apply(() -> {
            try {
                outcome.result = code.run();
            } catch (Throwable e) { // thrown again below, on the same thread
                outcome.thrown = e;
            }
        });
        if (outcome.thrown != null) {
            throw outcome.thrown;
        }
        return outcome.result;
    }

    /** The same for code that throws nothing checked. */
    private static <R extends @Nullable Object> R plain(TaskContext context, Supplier<R> code) {
        try {
            return in(context, code::get);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public <R> Callable<R> contextualCallable(Callable<R> callable) {
        TaskContext context = capture();
        return () -> {
            try {
                return in(context, callable::call);
            } catch (Exception | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        };
    }

    @Override
    public <T, U> BiConsumer<T, U> contextualConsumer(BiConsumer<T, U> consumer) {
        TaskContext context = capture();
        return (one, other) -> context.apply(() -> consumer.accept(one, other));
    }

    @Override
    public <T> Consumer<T> contextualConsumer(Consumer<T> consumer) {
        TaskContext context = capture();
        return value -> context.apply(() -> consumer.accept(value));
    }

    @Override
    public <T, U, R> BiFunction<T, U, R> contextualFunction(BiFunction<T, U, R> function) {
        TaskContext context = capture();
        return (one, other) -> plain(context, () -> function.apply(one, other));
    }

    @Override
    public <T, R> Function<T, R> contextualFunction(Function<T, R> function) {
        TaskContext context = capture();
        return value -> plain(context, () -> function.apply(value));
    }

    @Override
    public Runnable contextualRunnable(Runnable runnable) {
        TaskContext context = capture();
        return () -> context.apply(runnable);
    }

    @Override
    public <R> Supplier<R> contextualSupplier(Supplier<R> supplier) {
        TaskContext context = capture();
        return () -> plain(context, supplier);
    }

    @Override
    @SuppressWarnings("unchecked") // a proxy of the interface
    public <T> Flow.Subscriber<T> contextualSubscriber(Flow.Subscriber<T> subscriber) {
        return (Flow.Subscriber<T>) createContextualProxy(subscriber, Flow.Subscriber.class);
    }

    @Override
    @SuppressWarnings("unchecked") // as above
    public <T, R> Flow.Processor<T, R> contextualProcessor(Flow.Processor<T, R> processor) {
        return (Flow.Processor<T, R>) createContextualProxy(processor, Flow.Processor.class);
    }

    @Override
    public <T> T createContextualProxy(T instance, Class<T> type) {
        return type.cast(proxy(instance, Map.of(), type));
    }

    @Override
    public Object createContextualProxy(Object instance, Class<?>... interfaces) {
        return proxy(instance, Map.of(), interfaces);
    }

    @Override
    public <T> T createContextualProxy(T instance, Map<String, String> executionProperties, Class<T> type) {
        return type.cast(proxy(instance, executionProperties, type));
    }

    @Override
    public Object createContextualProxy(
            Object instance, Map<String, String> executionProperties, Class<?>... interfaces) {
        return proxy(instance, executionProperties, interfaces);
    }

    /** What is called on a proxy. */
    private record Handler(Object instance, TaskContext context, Map<String, String> properties)
            implements InvocationHandler {
        @Override
        @SuppressWarnings("NullAway") // what is called may give null
        public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] arguments)
                throws Throwable {
            if (method.getDeclaringClass() == Object.class) {
                return call(method, arguments);
            }
            return in(context, () -> call(method, arguments));
        }

        private @Nullable Object call(Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
            try {
                return method.invoke(instance, arguments);
            } catch (InvocationTargetException e) {
                throw e.getTargetException();
            }
        }
    }

    private Object proxy(Object instance, Map<String, String> properties, Class<?>... interfaces) {
        for (Class<?> each : interfaces) {
            if (!each.isInstance(instance)) {
                throw new IllegalArgumentException(instance.getClass().getName() + " is no " + each.getName());
            }
        }
        return Proxy.newProxyInstance(
                instance.getClass().getClassLoader(),
                interfaces,
                new Handler(instance, contexts.of(properties), Map.copyOf(properties)));
    }

    @Override
    public Executor currentContextExecutor() {
        return ContextFuture.queue(capture());
    }

    @Override
    public Map<String, String> getExecutionProperties(Object contextualProxy) {
        if (Proxy.isProxyClass(contextualProxy.getClass())
                && Proxy.getInvocationHandler(contextualProxy) instanceof Handler handler) {
            return handler.properties();
        }
        if (contextualProxy instanceof ManagedTask managed && managed.getExecutionProperties() != null) {
            return managed.getExecutionProperties();
        }
        throw new IllegalArgumentException(contextualProxy.getClass().getName() + " is no contextual proxy");
    }

    @Override
    public <T> CompletableFuture<T> withContextCapture(CompletableFuture<T> stage) {
        return copy(stage);
    }

    @Override
    public <T> CompletionStage<T> withContextCapture(CompletionStage<T> stage) {
        return copy(stage);
    }

    private <T> CompletableFuture<T> copy(CompletionStage<T> stage) {
        CompletableFuture<T> copy = new ContextFuture<>(capture());
        var unused = stage.whenComplete((value, thrown) -> {
            if (thrown == null) {
                copy.complete(value);
            } else {
                copy.completeExceptionally(thrown);
            }
        });
        return copy;
    }
}
