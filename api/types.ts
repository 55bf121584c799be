// Made by "npm run client" of the document 017000636e058acfd69d2bf9ba31c517a588b04ae0f5bede335f98cba79ea300
// of GET /openapi.json; not to be changed by hand.

export interface paths {
    "/functions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            functions: {
                                name: string;
                                arn: string;
                                /** @enum {unknown} */
                                runtime: "nodejs24.x" | "nodejs22.x" | "nodejs20.x";
                                handler: string;
                                description: string;
                                environment: {
                                    [key: string]: string;
                                };
                                memoryMb: number;
                                timeoutSeconds: number;
                                reservedConcurrency: number | null;
                                concurrency?: number;
                                record?: {
                                    bodies?: boolean;
                                    redact?: string[];
                                };
                                buckets: {
                                    read?: string[];
                                    write?: string[];
                                };
                                egress: "public" | "none" | string[];
                                layers: {
                                    arn: string;
                                    codeSha256: string;
                                    codeSize: number;
                                }[];
                                tags: {
                                    [key: string]: string;
                                };
                                codeSha256: string;
                                codeSize: number;
                                version: string;
                                lastVersion?: number;
                                /** @enum {string} */
                                state: "Active";
                                revisionId: string;
                                sandboxRevisionId?: string;
                                createdAt: string;
                                lastModified: string;
                                aws?: {
                                    [key: string]: unknown;
                                };
                            }[];
                            cursor?: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        name: string;
                        /** @enum {unknown} */
                        runtime?: "nodejs24.x" | "nodejs22.x" | "nodejs20.x";
                        handler?: string;
                        description?: string;
                        environment?: {
                            [key: string]: string;
                        };
                        memoryMb?: number;
                        timeoutSeconds?: number;
                        reservedConcurrency?: number | null;
                        concurrency?: number;
                        record?: {
                            bodies?: boolean;
                            redact?: string[];
                        };
                        buckets?: {
                            read?: string[];
                            write?: string[];
                        };
                        egress?: "public" | "none" | string[];
                        layers?: string[];
                        tags?: {
                            [key: string]: string;
                        };
                        source?: string;
                        files?: {
                            [key: string]: string;
                        };
                        zip?: string;
                    };
                    "multipart/form-data": {
                        name: string;
                        /** @enum {unknown} */
                        runtime?: "nodejs24.x" | "nodejs22.x" | "nodejs20.x";
                        handler?: string;
                        description?: string;
                        environment?: {
                            [key: string]: string;
                        };
                        memoryMb?: number;
                        timeoutSeconds?: number;
                        reservedConcurrency?: number | null;
                        concurrency?: number;
                        record?: {
                            bodies?: boolean;
                            redact?: string[];
                        };
                        buckets?: {
                            read?: string[];
                            write?: string[];
                        };
                        egress?: "public" | "none" | string[];
                        layers?: string[];
                        tags?: {
                            [key: string]: string;
                        };
                        /** Format: binary */
                        code: string;
                    };
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            name: string;
                            arn: string;
                            /** @enum {unknown} */
                            runtime: "nodejs24.x" | "nodejs22.x" | "nodejs20.x";
                            handler: string;
                            description: string;
                            environment: {
                                [key: string]: string;
                            };
                            memoryMb: number;
                            timeoutSeconds: number;
                            reservedConcurrency: number | null;
                            concurrency?: number;
                            record?: {
                                bodies?: boolean;
                                redact?: string[];
                            };
                            buckets: {
                                read?: string[];
                                write?: string[];
                            };
                            egress: "public" | "none" | string[];
                            layers: {
                                arn: string;
                                codeSha256: string;
                                codeSize: number;
                            }[];
                            tags: {
                                [key: string]: string;
                            };
                            codeSha256: string;
                            codeSize: number;
                            version: string;
                            lastVersion?: number;
                            /** @enum {string} */
                            state: "Active";
                            revisionId: string;
                            sandboxRevisionId?: string;
                            createdAt: string;
                            lastModified: string;
                            aws?: {
                                [key: string]: unknown;
                            };
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/functions/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    qualifier?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            name: string;
                            arn: string;
                            /** @enum {unknown} */
                            runtime: "nodejs24.x" | "nodejs22.x" | "nodejs20.x";
                            handler: string;
                            description: string;
                            environment: {
                                [key: string]: string;
                            };
                            memoryMb: number;
                            timeoutSeconds: number;
                            reservedConcurrency: number | null;
                            concurrency?: number;
                            record?: {
                                bodies?: boolean;
                                redact?: string[];
                            };
                            buckets: {
                                read?: string[];
                                write?: string[];
                            };
                            egress: "public" | "none" | string[];
                            layers: {
                                arn: string;
                                codeSha256: string;
                                codeSize: number;
                            }[];
                            tags: {
                                [key: string]: string;
                            };
                            codeSha256: string;
                            codeSize: number;
                            version: string;
                            lastVersion?: number;
                            /** @enum {string} */
                            state: "Active";
                            revisionId: string;
                            sandboxRevisionId?: string;
                            createdAt: string;
                            lastModified: string;
                            aws?: {
                                [key: string]: unknown;
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch: {
            parameters: {
                query?: {
                    revisionId?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @enum {unknown} */
                        runtime?: "nodejs24.x" | "nodejs22.x" | "nodejs20.x";
                        handler?: string;
                        description?: string;
                        environment?: {
                            [key: string]: string;
                        };
                        memoryMb?: number;
                        timeoutSeconds?: number;
                        reservedConcurrency?: number | null;
                        concurrency?: number;
                        record?: {
                            bodies?: boolean;
                            redact?: string[];
                        };
                        buckets?: {
                            read?: string[];
                            write?: string[];
                        };
                        egress?: "public" | "none" | string[];
                        layers?: string[];
                        tags?: {
                            [key: string]: string;
                        };
                        source?: string;
                        files?: {
                            [key: string]: string;
                        };
                        zip?: string;
                    };
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            name: string;
                            arn: string;
                            /** @enum {unknown} */
                            runtime: "nodejs24.x" | "nodejs22.x" | "nodejs20.x";
                            handler: string;
                            description: string;
                            environment: {
                                [key: string]: string;
                            };
                            memoryMb: number;
                            timeoutSeconds: number;
                            reservedConcurrency: number | null;
                            concurrency?: number;
                            record?: {
                                bodies?: boolean;
                                redact?: string[];
                            };
                            buckets: {
                                read?: string[];
                                write?: string[];
                            };
                            egress: "public" | "none" | string[];
                            layers: {
                                arn: string;
                                codeSha256: string;
                                codeSize: number;
                            }[];
                            tags: {
                                [key: string]: string;
                            };
                            codeSha256: string;
                            codeSize: number;
                            version: string;
                            lastVersion?: number;
                            /** @enum {string} */
                            state: "Active";
                            revisionId: string;
                            sandboxRevisionId?: string;
                            createdAt: string;
                            lastModified: string;
                            aws?: {
                                [key: string]: unknown;
                            };
                        };
                    };
                };
            };
        };
        trace?: never;
    };
    "/functions/{name}/code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: {
            parameters: {
                query?: {
                    revisionId?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        source?: string;
                        files?: {
                            [key: string]: string;
                        };
                        zip?: string;
                    };
                    "multipart/form-data": {
                        /** Format: binary */
                        code: string;
                    };
                    "application/zip": string;
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            name: string;
                            arn: string;
                            /** @enum {unknown} */
                            runtime: "nodejs24.x" | "nodejs22.x" | "nodejs20.x";
                            handler: string;
                            description: string;
                            environment: {
                                [key: string]: string;
                            };
                            memoryMb: number;
                            timeoutSeconds: number;
                            reservedConcurrency: number | null;
                            concurrency?: number;
                            record?: {
                                bodies?: boolean;
                                redact?: string[];
                            };
                            buckets: {
                                read?: string[];
                                write?: string[];
                            };
                            egress: "public" | "none" | string[];
                            layers: {
                                arn: string;
                                codeSha256: string;
                                codeSize: number;
                            }[];
                            tags: {
                                [key: string]: string;
                            };
                            codeSha256: string;
                            codeSize: number;
                            version: string;
                            lastVersion?: number;
                            /** @enum {string} */
                            state: "Active";
                            revisionId: string;
                            sandboxRevisionId?: string;
                            createdAt: string;
                            lastModified: string;
                            aws?: {
                                [key: string]: unknown;
                            };
                        };
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/functions/{name}/invocations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    version?: string;
                    state?: "queued" | "running" | "succeeded" | "failed" | "expired" | "cancelled";
                    type?: "RequestResponse" | "Event";
                    trigger?: string;
                    start?: "warm" | "thawed" | "generic" | "new";
                    error?: string;
                    from?: string;
                    to?: string;
                    delivery?: "waiting" | "delivered" | "dead";
                    qualifier?: string;
                    limit?: number;
                    cursor?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            invocations: {
                                id: string;
                                functionName: string;
                                qualifier?: string;
                                version: string;
                                /** @enum {unknown} */
                                type: "RequestResponse" | "Event";
                                /** @enum {unknown} */
                                state: "queued" | "running" | "succeeded" | "failed" | "expired" | "cancelled";
                                cause: {
                                    /** @enum {unknown} */
                                    kind: "request" | "url" | "object" | "schedule" | "event" | "destination" | "redrive" | "replay";
                                    triggerId?: string;
                                    detail?: string;
                                    depth?: number;
                                    traceparent?: string;
                                };
                                createdAt: string;
                                endedAt?: string;
                                result?: unknown;
                                error?: {
                                    errorType: string;
                                    errorMessage: string;
                                    trace?: string[];
                                };
                                event?: unknown;
                                eventOmitted?: string;
                                delivery?: {
                                    destination: string;
                                    /** @enum {unknown} */
                                    state: "waiting" | "delivered" | "dead";
                                    attempts: number;
                                    error?: string;
                                    endedAt?: string;
                                };
                                redrivenAs?: string;
                                attempts?: {
                                    startedAt: string;
                                    endedAt?: string;
                                    /** @enum {unknown} */
                                    outcome?: "succeeded" | "functionError" | "platformFault" | "throttled" | "lost" | "refused";
                                    errorType?: string;
                                    node?: string;
                                    timings?: {
                                        queueMs: number;
                                        acquireMs: number;
                                        codeMs: number;
                                        initMs: number;
                                        handlerMs: number;
                                        responseMs: number;
                                        /** @enum {unknown} */
                                        start: "warm" | "thawed" | "generic" | "new";
                                        why?: string;
                                    };
                                    maxMemoryMb?: number;
                                }[];
                                durationMs?: number;
                                memoryMb?: number;
                                /** @enum {unknown} */
                                start?: "warm" | "thawed" | "generic" | "new";
                                timings?: {
                                    queueMs: number;
                                    acquireMs: number;
                                    codeMs: number;
                                    initMs: number;
                                    handlerMs: number;
                                    responseMs: number;
                                    /** @enum {unknown} */
                                    start: "warm" | "thawed" | "generic" | "new";
                                    why?: string;
                                };
                                errorType?: string;
                                errorMessage?: string;
                                resultOmitted?: string;
                            }[];
                            cursor?: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: {
                    qualifier?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": unknown;
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            /** @enum {unknown} */
                            state?: "queued" | "running" | "succeeded" | "failed" | "expired" | "cancelled";
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/invocations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            functionName: string;
                            qualifier?: string;
                            version: string;
                            /** @enum {unknown} */
                            type: "RequestResponse" | "Event";
                            /** @enum {unknown} */
                            state: "queued" | "running" | "succeeded" | "failed" | "expired" | "cancelled";
                            cause: {
                                /** @enum {unknown} */
                                kind: "request" | "url" | "object" | "schedule" | "event" | "destination" | "redrive" | "replay";
                                triggerId?: string;
                                detail?: string;
                                depth?: number;
                                traceparent?: string;
                            };
                            createdAt: string;
                            endedAt?: string;
                            result?: unknown;
                            error?: {
                                errorType: string;
                                errorMessage: string;
                                trace?: string[];
                            };
                            event?: unknown;
                            eventOmitted?: string;
                            delivery?: {
                                destination: string;
                                /** @enum {unknown} */
                                state: "waiting" | "delivered" | "dead";
                                attempts: number;
                                error?: string;
                                endedAt?: string;
                            };
                            redrivenAs?: string;
                            attempts?: {
                                startedAt: string;
                                endedAt?: string;
                                /** @enum {unknown} */
                                outcome?: "succeeded" | "functionError" | "platformFault" | "throttled" | "lost" | "refused";
                                errorType?: string;
                                node?: string;
                                timings?: {
                                    queueMs: number;
                                    acquireMs: number;
                                    codeMs: number;
                                    initMs: number;
                                    handlerMs: number;
                                    responseMs: number;
                                    /** @enum {unknown} */
                                    start: "warm" | "thawed" | "generic" | "new";
                                    why?: string;
                                };
                                maxMemoryMb?: number;
                            }[];
                            durationMs?: number;
                            memoryMb?: number;
                            /** @enum {unknown} */
                            start?: "warm" | "thawed" | "generic" | "new";
                            timings?: {
                                queueMs: number;
                                acquireMs: number;
                                codeMs: number;
                                initMs: number;
                                handlerMs: number;
                                responseMs: number;
                                /** @enum {unknown} */
                                start: "warm" | "thawed" | "generic" | "new";
                                why?: string;
                            };
                            errorType?: string;
                            errorMessage?: string;
                            resultOmitted?: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            functionName: string;
                            qualifier?: string;
                            version: string;
                            /** @enum {string} */
                            type: "Event";
                            /** @enum {unknown} */
                            state: "queued" | "running" | "succeeded" | "failed" | "expired" | "cancelled";
                            cause: {
                                /** @enum {unknown} */
                                kind: "request" | "url" | "object" | "schedule" | "event" | "destination" | "redrive" | "replay";
                                triggerId?: string;
                                detail?: string;
                                depth?: number;
                                traceparent?: string;
                            };
                            createdAt: string;
                            endedAt?: string;
                            attempts: {
                                startedAt: string;
                                endedAt?: string;
                                /** @enum {unknown} */
                                outcome?: "succeeded" | "functionError" | "platformFault" | "throttled" | "lost" | "refused";
                                errorType?: string;
                                node?: string;
                                timings?: {
                                    queueMs: number;
                                    acquireMs: number;
                                    codeMs: number;
                                    initMs: number;
                                    handlerMs: number;
                                    responseMs: number;
                                    /** @enum {unknown} */
                                    start: "warm" | "thawed" | "generic" | "new";
                                    why?: string;
                                };
                                maxMemoryMb?: number;
                            }[];
                            result?: unknown;
                            error?: {
                                errorType: string;
                                errorMessage: string;
                                trace?: string[];
                            };
                            event?: unknown;
                            eventOmitted?: string;
                            delivery?: {
                                destination: string;
                                /** @enum {unknown} */
                                state: "waiting" | "delivered" | "dead";
                                attempts: number;
                                error?: string;
                                endedAt?: string;
                            };
                            redrivenAs?: string;
                        };
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/invocations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    function?: string;
                    version?: string;
                    state?: "queued" | "running" | "succeeded" | "failed" | "expired" | "cancelled";
                    type?: "RequestResponse" | "Event";
                    trigger?: string;
                    start?: "warm" | "thawed" | "generic" | "new";
                    error?: string;
                    from?: string;
                    to?: string;
                    limit?: number;
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            invocations: {
                                id: string;
                                functionName: string;
                                qualifier?: string;
                                version: string;
                                /** @enum {unknown} */
                                type: "RequestResponse" | "Event";
                                /** @enum {unknown} */
                                state: "queued" | "running" | "succeeded" | "failed" | "expired" | "cancelled";
                                cause: {
                                    /** @enum {unknown} */
                                    kind: "request" | "url" | "object" | "schedule" | "event" | "destination" | "redrive" | "replay";
                                    triggerId?: string;
                                    detail?: string;
                                    depth?: number;
                                    traceparent?: string;
                                };
                                createdAt: string;
                                endedAt?: string;
                                result?: unknown;
                                error?: {
                                    errorType: string;
                                    errorMessage: string;
                                    trace?: string[];
                                };
                                event?: unknown;
                                eventOmitted?: string;
                                delivery?: {
                                    destination: string;
                                    /** @enum {unknown} */
                                    state: "waiting" | "delivered" | "dead";
                                    attempts: number;
                                    error?: string;
                                    endedAt?: string;
                                };
                                redrivenAs?: string;
                                attempts?: {
                                    startedAt: string;
                                    endedAt?: string;
                                    /** @enum {unknown} */
                                    outcome?: "succeeded" | "functionError" | "platformFault" | "throttled" | "lost" | "refused";
                                    errorType?: string;
                                    node?: string;
                                    timings?: {
                                        queueMs: number;
                                        acquireMs: number;
                                        codeMs: number;
                                        initMs: number;
                                        handlerMs: number;
                                        responseMs: number;
                                        /** @enum {unknown} */
                                        start: "warm" | "thawed" | "generic" | "new";
                                        why?: string;
                                    };
                                    maxMemoryMb?: number;
                                }[];
                                durationMs?: number;
                                memoryMb?: number;
                                /** @enum {unknown} */
                                start?: "warm" | "thawed" | "generic" | "new";
                                timings?: {
                                    queueMs: number;
                                    acquireMs: number;
                                    codeMs: number;
                                    initMs: number;
                                    handlerMs: number;
                                    responseMs: number;
                                    /** @enum {unknown} */
                                    start: "warm" | "thawed" | "generic" | "new";
                                    why?: string;
                                };
                                errorType?: string;
                                errorMessage?: string;
                                resultOmitted?: string;
                            }[];
                            cursor?: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/invocations/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        qualifier?: string;
                    };
                };
            };
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            /** @enum {unknown} */
                            state?: "queued" | "running" | "succeeded" | "failed" | "expired" | "cancelled";
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/functions/{name}/async-configuration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    qualifier?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            functionName: string;
                            /** @default 2 */
                            maximumRetryAttempts: number;
                            /** @default 21600 */
                            maximumEventAgeSeconds: number;
                            onSuccess?: {
                                /** @enum {string} */
                                type: "function";
                                functionName: string;
                            } | {
                                /** @enum {string} */
                                type: "event";
                            } | {
                                /** @enum {string} */
                                type: "bucket";
                                bucket: string;
                                prefix?: string;
                            } | {
                                /** @enum {string} */
                                type: "http";
                                url: string;
                                secret?: string;
                            };
                            onFailure?: {
                                /** @enum {string} */
                                type: "function";
                                functionName: string;
                            } | {
                                /** @enum {string} */
                                type: "event";
                            } | {
                                /** @enum {string} */
                                type: "bucket";
                                bucket: string;
                                prefix?: string;
                            } | {
                                /** @enum {string} */
                                type: "http";
                                url: string;
                                secret?: string;
                            };
                        };
                    };
                };
            };
        };
        put: {
            parameters: {
                query?: {
                    qualifier?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @default 2 */
                        maximumRetryAttempts?: number;
                        /** @default 21600 */
                        maximumEventAgeSeconds?: number;
                        onSuccess?: {
                            /** @enum {string} */
                            type: "function";
                            functionName: string;
                        } | {
                            /** @enum {string} */
                            type: "event";
                        } | {
                            /** @enum {string} */
                            type: "bucket";
                            bucket: string;
                            prefix?: string;
                        } | {
                            /** @enum {string} */
                            type: "http";
                            url: string;
                            secret?: string;
                        };
                        onFailure?: {
                            /** @enum {string} */
                            type: "function";
                            functionName: string;
                        } | {
                            /** @enum {string} */
                            type: "event";
                        } | {
                            /** @enum {string} */
                            type: "bucket";
                            bucket: string;
                            prefix?: string;
                        } | {
                            /** @enum {string} */
                            type: "http";
                            url: string;
                            secret?: string;
                        };
                    };
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            functionName: string;
                            /** @default 2 */
                            maximumRetryAttempts: number;
                            /** @default 21600 */
                            maximumEventAgeSeconds: number;
                            onSuccess?: {
                                /** @enum {string} */
                                type: "function";
                                functionName: string;
                            } | {
                                /** @enum {string} */
                                type: "event";
                            } | {
                                /** @enum {string} */
                                type: "bucket";
                                bucket: string;
                                prefix?: string;
                            } | {
                                /** @enum {string} */
                                type: "http";
                                url: string;
                                secret?: string;
                            };
                            onFailure?: {
                                /** @enum {string} */
                                type: "function";
                                functionName: string;
                            } | {
                                /** @enum {string} */
                                type: "event";
                            } | {
                                /** @enum {string} */
                                type: "bucket";
                                bucket: string;
                                prefix?: string;
                            } | {
                                /** @enum {string} */
                                type: "http";
                                url: string;
                                secret?: string;
                            };
                        };
                    };
                };
            };
        };
        post?: never;
        delete: {
            parameters: {
                query?: {
                    qualifier?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/functions/{name}/dead-letters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    qualifier?: string;
                    limit?: number;
                    cursor?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            invocations: {
                                id: string;
                                functionName: string;
                                qualifier?: string;
                                version: string;
                                /** @enum {string} */
                                type: "Event";
                                /** @enum {unknown} */
                                state: "queued" | "running" | "succeeded" | "failed" | "expired" | "cancelled";
                                cause: {
                                    /** @enum {unknown} */
                                    kind: "request" | "url" | "object" | "schedule" | "event" | "destination" | "redrive" | "replay";
                                    triggerId?: string;
                                    detail?: string;
                                    depth?: number;
                                    traceparent?: string;
                                };
                                createdAt: string;
                                endedAt?: string;
                                attempts: {
                                    startedAt: string;
                                    endedAt?: string;
                                    /** @enum {unknown} */
                                    outcome?: "succeeded" | "functionError" | "platformFault" | "throttled" | "lost" | "refused";
                                    errorType?: string;
                                    node?: string;
                                    timings?: {
                                        queueMs: number;
                                        acquireMs: number;
                                        codeMs: number;
                                        initMs: number;
                                        handlerMs: number;
                                        responseMs: number;
                                        /** @enum {unknown} */
                                        start: "warm" | "thawed" | "generic" | "new";
                                        why?: string;
                                    };
                                    maxMemoryMb?: number;
                                }[];
                                result?: unknown;
                                error?: {
                                    errorType: string;
                                    errorMessage: string;
                                    trace?: string[];
                                };
                                event?: unknown;
                                eventOmitted?: string;
                                delivery?: {
                                    destination: string;
                                    /** @enum {unknown} */
                                    state: "waiting" | "delivered" | "dead";
                                    attempts: number;
                                    error?: string;
                                    endedAt?: string;
                                };
                                redrivenAs?: string;
                            }[];
                            cursor?: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: {
                    qualifier?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            purged: number;
                        };
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/functions/{name}/dead-letters/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    qualifier?: string;
                };
                header?: never;
                path: {
                    name: string;
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            functionName: string;
                            qualifier?: string;
                            version: string;
                            /** @enum {string} */
                            type: "Event";
                            /** @enum {unknown} */
                            state: "queued" | "running" | "succeeded" | "failed" | "expired" | "cancelled";
                            cause: {
                                /** @enum {unknown} */
                                kind: "request" | "url" | "object" | "schedule" | "event" | "destination" | "redrive" | "replay";
                                triggerId?: string;
                                detail?: string;
                                depth?: number;
                                traceparent?: string;
                            };
                            createdAt: string;
                            endedAt?: string;
                            attempts: {
                                startedAt: string;
                                endedAt?: string;
                                /** @enum {unknown} */
                                outcome?: "succeeded" | "functionError" | "platformFault" | "throttled" | "lost" | "refused";
                                errorType?: string;
                                node?: string;
                                timings?: {
                                    queueMs: number;
                                    acquireMs: number;
                                    codeMs: number;
                                    initMs: number;
                                    handlerMs: number;
                                    responseMs: number;
                                    /** @enum {unknown} */
                                    start: "warm" | "thawed" | "generic" | "new";
                                    why?: string;
                                };
                                maxMemoryMb?: number;
                            }[];
                            result?: unknown;
                            error?: {
                                errorType: string;
                                errorMessage: string;
                                trace?: string[];
                            };
                            event: unknown;
                            eventOmitted?: string;
                            delivery?: {
                                destination: string;
                                /** @enum {unknown} */
                                state: "waiting" | "delivered" | "dead";
                                attempts: number;
                                error?: string;
                                endedAt?: string;
                            };
                            redrivenAs?: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: {
                    qualifier?: string;
                };
                header?: never;
                path: {
                    name: string;
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/functions/{name}/dead-letters/{id}/redrive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: {
                    qualifier?: string;
                };
                header?: never;
                path: {
                    name: string;
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            invocationId?: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/functions/{name}/dead-letters/redrive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: {
                    qualifier?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            redriven: number;
                            left: number;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/queues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            queues: {
                                target: string;
                                ready: number;
                                later: number;
                                oldestAgeMs?: number;
                                deadLetters: number;
                            }[];
                            cursor?: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/functions/{name}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    invocation?: string;
                    level?: "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR" | "FATAL" | "trace" | "debug" | "info" | "warn" | "error" | "fatal";
                    search?: string;
                    from?: string;
                    to?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            lines: {
                                time: string;
                                invocationId?: string;
                                /** @enum {string} */
                                level?: "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR" | "FATAL";
                                text: string;
                                data?: {
                                    [key: string]: unknown;
                                };
                            }[];
                            kept: {
                                lines: number;
                                bytes: number;
                                linesMax: number;
                                bytesMax: number;
                                days: number;
                                droppedLines: number;
                                droppedUntil?: string;
                            };
                            after: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/functions/{name}/logs/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    invocation?: string;
                    level?: "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR" | "FATAL" | "trace" | "debug" | "info" | "warn" | "error" | "fatal";
                    search?: string;
                    after?: string;
                };
                header?: {
                    "last-event-id"?: string;
                };
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/functions/{name}/advice": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    qualifier?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            functionName: string;
                            qualifier?: string;
                            memoryMb: number;
                            timeoutSeconds: number;
                            seen: {
                                invocations: number;
                                since?: string;
                                until?: string;
                                errors: number;
                                coldStarts: number;
                                coldStartShare: number;
                                sizes: {
                                    memoryMb: number;
                                    invocations: number;
                                    coldStarts: number;
                                    errors: number;
                                    timeouts: number;
                                    outOfMemory: number;
                                    usedMemoryMb?: {
                                        p95: number;
                                        p99: number;
                                        max: number;
                                    };
                                    durationMs: {
                                        mean: number;
                                        p50: number;
                                        p95: number;
                                        p99: number;
                                        max: number;
                                    };
                                    gbSecondsPerInvocation: number;
                                }[];
                            };
                            recommendation?: {
                                memoryMb: number;
                                reason: string;
                                cheapestMemoryMb?: number;
                                fastestMemoryMb?: number;
                            };
                            estimate?: {
                                invocationsPerMonth: number;
                                now: {
                                    memoryMb: number;
                                    gbSeconds: number;
                                    computeUsd: number;
                                    requestsUsd: number;
                                    totalUsd: number;
                                };
                                advised: {
                                    memoryMb: number;
                                    gbSeconds: number;
                                    computeUsd: number;
                                    requestsUsd: number;
                                    totalUsd: number;
                                };
                                note: string;
                            };
                            findings: {
                                /** @enum {unknown} */
                                code: "too-few-invocations" | "out-of-memory" | "memory-near-limit" | "memory-above-use" | "timed-out" | "timeout-near-limit" | "timeout-far-above-use" | "provisioned-unused";
                                message: string;
                                remedy: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    function?: string;
                    from?: string;
                    to?: string;
                    limit?: number;
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            from: string;
                            to: string;
                            functions: {
                                functionName: string;
                                hours: {
                                    hour: string;
                                    invocations: number;
                                    errors: number;
                                    throttles: number;
                                    coldStarts: number;
                                    durationMs: number;
                                    gbSeconds: number;
                                }[];
                                total: {
                                    invocations: number;
                                    errors: number;
                                    throttles: number;
                                    coldStarts: number;
                                    durationMs: number;
                                    gbSeconds: number;
                                    lambdaUsd: number;
                                    lambdaRequestsUsd: number;
                                    lambdaComputeUsd: number;
                                    hostUsd?: number;
                                };
                            }[];
                            prices: {
                                source: string;
                                asOf: string;
                                usdPerGbSecond: number;
                                usdPerMillionRequests: number;
                                hostUsdPerGbHour?: number;
                            };
                            cursor?: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/functions/{name}/triggers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            triggers: ({
                                id: string;
                                functionName: string;
                                createdAt: string;
                                origin?: string;
                                /** @enum {string} */
                                type: "schedule";
                                qualifier?: string;
                                schedule: string;
                                timezone?: string;
                                input?: unknown;
                            } | {
                                id: string;
                                functionName: string;
                                createdAt: string;
                                origin?: string;
                                /** @enum {string} */
                                type: "object";
                                qualifier?: string;
                                bucket: string;
                                /**
                                 * @default [
                                 *       "s3:ObjectCreated:*"
                                 *     ]
                                 */
                                events: ("s3:ObjectCreated:*" | "s3:ObjectCreated:Put" | "s3:ObjectCreated:Post" | "s3:ObjectCreated:Copy" | "s3:ObjectCreated:CompleteMultipartUpload" | "s3:ObjectRemoved:*" | "s3:ObjectRemoved:Delete" | "s3:ObjectRemoved:DeleteMarkerCreated")[];
                                prefix?: string;
                                suffix?: string;
                                notification?: {
                                    id: string;
                                    functionArn: string;
                                    filterRules: {
                                        name: string;
                                        value: string;
                                    }[];
                                    position: number;
                                };
                            } | {
                                id: string;
                                functionName: string;
                                createdAt: string;
                                origin?: string;
                                /** @enum {string} */
                                type: "event";
                                qualifier?: string;
                                pattern: {
                                    [key: string]: unknown;
                                };
                                input?: unknown;
                            })[];
                        };
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @enum {string} */
                        type: "schedule";
                        qualifier?: string;
                        schedule: string;
                        timezone?: string;
                        input?: unknown;
                    } | {
                        /** @enum {string} */
                        type: "object";
                        qualifier?: string;
                        bucket: string;
                        /**
                         * @default [
                         *       "s3:ObjectCreated:*"
                         *     ]
                         */
                        events?: ("s3:ObjectCreated:*" | "s3:ObjectCreated:Put" | "s3:ObjectCreated:Post" | "s3:ObjectCreated:Copy" | "s3:ObjectCreated:CompleteMultipartUpload" | "s3:ObjectRemoved:*" | "s3:ObjectRemoved:Delete" | "s3:ObjectRemoved:DeleteMarkerCreated")[];
                        prefix?: string;
                        suffix?: string;
                    } | {
                        /** @enum {string} */
                        type: "event";
                        qualifier?: string;
                        pattern: {
                            [key: string]: unknown;
                        };
                    };
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            id: string;
                            functionName: string;
                            createdAt: string;
                            origin?: string;
                            /** @enum {string} */
                            type: "schedule";
                            qualifier?: string;
                            schedule: string;
                            timezone?: string;
                            input?: unknown;
                        } | {
                            id: string;
                            functionName: string;
                            createdAt: string;
                            origin?: string;
                            /** @enum {string} */
                            type: "object";
                            qualifier?: string;
                            bucket: string;
                            /**
                             * @default [
                             *       "s3:ObjectCreated:*"
                             *     ]
                             */
                            events: ("s3:ObjectCreated:*" | "s3:ObjectCreated:Put" | "s3:ObjectCreated:Post" | "s3:ObjectCreated:Copy" | "s3:ObjectCreated:CompleteMultipartUpload" | "s3:ObjectRemoved:*" | "s3:ObjectRemoved:Delete" | "s3:ObjectRemoved:DeleteMarkerCreated")[];
                            prefix?: string;
                            suffix?: string;
                            notification?: {
                                id: string;
                                functionArn: string;
                                filterRules: {
                                    name: string;
                                    value: string;
                                }[];
                                position: number;
                            };
                        } | {
                            id: string;
                            functionName: string;
                            createdAt: string;
                            origin?: string;
                            /** @enum {string} */
                            type: "event";
                            qualifier?: string;
                            pattern: {
                                [key: string]: unknown;
                            };
                            input?: unknown;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/functions/{name}/triggers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": Record<string, never>;
                };
            };
            responses: {
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            invocations: {
                                id: string;
                                functionName: string;
                                eventId: string;
                            }[];
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/functions/{name}/url": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    qualifier?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            functionName: string;
                            qualifier?: string;
                            url: string;
                            urlId: string;
                            /** @enum {unknown} */
                            authType: "NONE" | "AWS_IAM";
                            /** @enum {unknown} */
                            invokeMode: "BUFFERED" | "RESPONSE_STREAM";
                            cors?: {
                                AllowCredentials?: boolean;
                                AllowHeaders?: string[];
                                AllowMethods?: string[];
                                AllowOrigins?: string[];
                                ExposeHeaders?: string[];
                                MaxAge?: number;
                            };
                            createdAt: string;
                            lastModified: string;
                        };
                    };
                };
            };
        };
        put: {
            parameters: {
                query?: {
                    qualifier?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        /** @enum {unknown} */
                        authType?: "NONE" | "AWS_IAM";
                        /** @enum {unknown} */
                        invokeMode?: "BUFFERED" | "RESPONSE_STREAM";
                        cors?: {
                            AllowCredentials?: boolean;
                            AllowHeaders?: string[];
                            AllowMethods?: string[];
                            AllowOrigins?: string[];
                            ExposeHeaders?: string[];
                            MaxAge?: number;
                        };
                    } | null;
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            functionName: string;
                            qualifier?: string;
                            url: string;
                            urlId: string;
                            /** @enum {unknown} */
                            authType: "NONE" | "AWS_IAM";
                            /** @enum {unknown} */
                            invokeMode: "BUFFERED" | "RESPONSE_STREAM";
                            cors?: {
                                AllowCredentials?: boolean;
                                AllowHeaders?: string[];
                                AllowMethods?: string[];
                                AllowOrigins?: string[];
                                ExposeHeaders?: string[];
                                MaxAge?: number;
                            };
                            createdAt: string;
                            lastModified: string;
                        };
                    };
                };
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            functionName: string;
                            qualifier?: string;
                            url: string;
                            urlId: string;
                            /** @enum {unknown} */
                            authType: "NONE" | "AWS_IAM";
                            /** @enum {unknown} */
                            invokeMode: "BUFFERED" | "RESPONSE_STREAM";
                            cors?: {
                                AllowCredentials?: boolean;
                                AllowHeaders?: string[];
                                AllowMethods?: string[];
                                AllowOrigins?: string[];
                                ExposeHeaders?: string[];
                                MaxAge?: number;
                            };
                            createdAt: string;
                            lastModified: string;
                        };
                    };
                };
            };
        };
        post?: never;
        delete: {
            parameters: {
                query?: {
                    qualifier?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/buckets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            buckets: {
                                name: string;
                                createdAt: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/buckets/{bucket}/triggers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    bucket: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            triggers: {
                                id: string;
                                functionName: string;
                                createdAt: string;
                                origin?: string;
                                /** @enum {string} */
                                type: "object";
                                qualifier?: string;
                                bucket: string;
                                /**
                                 * @default [
                                 *       "s3:ObjectCreated:*"
                                 *     ]
                                 */
                                events: ("s3:ObjectCreated:*" | "s3:ObjectCreated:Put" | "s3:ObjectCreated:Post" | "s3:ObjectCreated:Copy" | "s3:ObjectCreated:CompleteMultipartUpload" | "s3:ObjectRemoved:*" | "s3:ObjectRemoved:Delete" | "s3:ObjectRemoved:DeleteMarkerCreated")[];
                                prefix?: string;
                                suffix?: string;
                                notification?: {
                                    id: string;
                                    functionArn: string;
                                    filterRules: {
                                        name: string;
                                        value: string;
                                    }[];
                                    position: number;
                                };
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/buckets/{bucket}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    bucket: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            name: string;
                        };
                    };
                };
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            name: string;
                        };
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/buckets/{bucket}/objects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    prefix?: string;
                    limit?: number;
                    cursor?: string;
                };
                header?: never;
                path: {
                    bucket: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            objects: {
                                key: string;
                                size: number;
                                eTag: string;
                                lastModified: string;
                            }[];
                            cursor?: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/buckets/{bucket}/scan": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    bucket: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            bucket: string;
                            /** @enum {unknown} */
                            state: "off" | "waiting" | "scanning";
                            pass?: {
                                startedAt: string;
                                objects: number;
                                found: number;
                                cursor?: string;
                            };
                            lastPass?: {
                                startedAt: string;
                                objects: number;
                                found: number;
                                endedAt: string;
                            };
                            watermark?: string;
                            error?: {
                                at: string;
                                message: string;
                            };
                            findings: {
                                foundAt: string;
                                key: string;
                                versionId?: string;
                                eventName: string;
                                modifiedAt: string;
                                functionName: string;
                                invocationId: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/buckets/{bucket}/objects/{*}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    bucket: string;
                    "*": string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": string;
                    };
                };
            };
        };
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    bucket: string;
                    "*": string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": string;
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            key: string;
                            eTag: string;
                        };
                    };
                };
            };
        };
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    bucket: string;
                    "*": string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/backup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: {
                    replace?: boolean;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": string;
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            createdAt: string;
                            functions: {
                                name: string;
                                /** @enum {unknown} */
                                outcome: "created" | "replaced" | "unchanged";
                            }[];
                            others: {
                                /** @enum {unknown} */
                                kind: "layer" | "rule" | "schedule" | "role" | "policy" | "mapping";
                                name: string;
                                /** @enum {unknown} */
                                outcome: "created" | "replaced" | "unchanged";
                            }[];
                            warnings: {
                                functionName: string;
                                triggerId: string;
                                reason: string;
                            }[];
                            missingSecrets: {
                                functionName: string;
                                name: string;
                            }[];
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/storage/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": string;
                };
            };
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @enum {string} */
                            state: "up";
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @enum {unknown} */
                            state: "up" | "down";
                            dependencies: {
                                [key: string]: {
                                    /** @enum {unknown} */
                                    state: "up" | "down" | "off";
                                    detail?: string;
                                } & {
                                    [key: string]: unknown;
                                };
                            };
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/diagnosis": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            checks: {
                                name: string;
                                /** @enum {unknown} */
                                state: "ok" | "warning" | "failed";
                                found: string;
                                remedy?: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/engine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            /** @enum {unknown} */
                            driver: "docker" | "process";
                            /** @enum {unknown} */
                            state: "up" | "down" | "off";
                            /** @enum {unknown} */
                            freezing: "cgroup-v1" | "cgroup-v2" | "engine" | "signals" | "off";
                            calls: {
                                [key: string]: {
                                    calls: number;
                                    running: number;
                                    refused: number;
                                    unanswered: number;
                                    late: number;
                                    repeated: number;
                                    totalMs: number;
                                    maxMs: number;
                                };
                            };
                            quarantined: {
                                id: string;
                                reason: string;
                                tries: number;
                                since: string;
                                nextTryAt: string;
                            }[];
                            orphanedShims: {
                                pid: number;
                                containerId: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sandboxes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            sandboxes: {
                                id: string;
                                functionName?: string;
                                version?: string;
                                /** @enum {unknown} */
                                state: "booting" | "generic" | "initialising" | "idle" | "paused" | "busy";
                                memoryMb: number;
                                ageMs: number;
                                running: number;
                                isProvisioned: boolean;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/sandboxes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/packages/{hex}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query: {
                    expires: number;
                    signature: string;
                };
                header?: never;
                path: {
                    hex: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/functions/{name}/secrets/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    key: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        value: string;
                    };
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            name: string;
                            updatedAt: string;
                        };
                    };
                };
            };
        };
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    key: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/functions/{name}/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            secrets: {
                                name: string;
                                updatedAt: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/secrets/rotation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            key: string;
                            resealed: number;
                            unreadable: {
                                functionName: string;
                                name: string;
                            }[];
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/functions/{name}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    limit?: number;
                    cursor?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            versions: {
                                name: string;
                                arn: string;
                                /** @enum {unknown} */
                                runtime: "nodejs24.x" | "nodejs22.x" | "nodejs20.x";
                                handler: string;
                                description: string;
                                environment: {
                                    [key: string]: string;
                                };
                                memoryMb: number;
                                timeoutSeconds: number;
                                reservedConcurrency: number | null;
                                concurrency?: number;
                                record?: {
                                    bodies?: boolean;
                                    redact?: string[];
                                };
                                buckets: {
                                    read?: string[];
                                    write?: string[];
                                };
                                egress: "public" | "none" | string[];
                                layers: {
                                    arn: string;
                                    codeSha256: string;
                                    codeSize: number;
                                }[];
                                tags: {
                                    [key: string]: string;
                                };
                                codeSha256: string;
                                codeSize: number;
                                version: string;
                                lastVersion?: number;
                                /** @enum {string} */
                                state: "Active";
                                revisionId: string;
                                sandboxRevisionId?: string;
                                createdAt: string;
                                lastModified: string;
                                aws?: {
                                    [key: string]: unknown;
                                };
                            }[];
                            cursor?: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        description?: string;
                        revisionId?: string;
                        codeSha256?: string;
                    };
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            name: string;
                            arn: string;
                            /** @enum {unknown} */
                            runtime: "nodejs24.x" | "nodejs22.x" | "nodejs20.x";
                            handler: string;
                            description: string;
                            environment: {
                                [key: string]: string;
                            };
                            memoryMb: number;
                            timeoutSeconds: number;
                            reservedConcurrency: number | null;
                            concurrency?: number;
                            record?: {
                                bodies?: boolean;
                                redact?: string[];
                            };
                            buckets: {
                                read?: string[];
                                write?: string[];
                            };
                            egress: "public" | "none" | string[];
                            layers: {
                                arn: string;
                                codeSha256: string;
                                codeSize: number;
                            }[];
                            tags: {
                                [key: string]: string;
                            };
                            codeSha256: string;
                            codeSize: number;
                            version: string;
                            lastVersion?: number;
                            /** @enum {string} */
                            state: "Active";
                            revisionId: string;
                            sandboxRevisionId?: string;
                            createdAt: string;
                            lastModified: string;
                            aws?: {
                                [key: string]: unknown;
                            };
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/functions/{name}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    version: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/functions/{name}/versions/{version}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: {
                    revisionId?: string;
                };
                header?: never;
                path: {
                    name: string;
                    version: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            name: string;
                            arn: string;
                            /** @enum {unknown} */
                            runtime: "nodejs24.x" | "nodejs22.x" | "nodejs20.x";
                            handler: string;
                            description: string;
                            environment: {
                                [key: string]: string;
                            };
                            memoryMb: number;
                            timeoutSeconds: number;
                            reservedConcurrency: number | null;
                            concurrency?: number;
                            record?: {
                                bodies?: boolean;
                                redact?: string[];
                            };
                            buckets: {
                                read?: string[];
                                write?: string[];
                            };
                            egress: "public" | "none" | string[];
                            layers: {
                                arn: string;
                                codeSha256: string;
                                codeSize: number;
                            }[];
                            tags: {
                                [key: string]: string;
                            };
                            codeSha256: string;
                            codeSize: number;
                            version: string;
                            lastVersion?: number;
                            /** @enum {string} */
                            state: "Active";
                            revisionId: string;
                            sandboxRevisionId?: string;
                            createdAt: string;
                            lastModified: string;
                            aws?: {
                                [key: string]: unknown;
                            };
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/functions/{name}/aliases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            aliases: {
                                name: string;
                                functionVersion: string;
                                description: string;
                                weights: {
                                    [key: string]: number;
                                };
                                revisionId: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/functions/{name}/aliases/{alias}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    alias: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            name: string;
                            functionVersion: string;
                            description: string;
                            weights: {
                                [key: string]: number;
                            };
                            revisionId: string;
                        };
                    };
                };
            };
        };
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    alias: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        functionVersion: string | "$LATEST";
                        description?: string;
                        weights?: {
                            [key: string]: number;
                        };
                        revisionId?: string;
                    };
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            name: string;
                            functionVersion: string;
                            description: string;
                            weights: {
                                [key: string]: number;
                            };
                            revisionId: string;
                        };
                    };
                };
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            name: string;
                            functionVersion: string;
                            description: string;
                            weights: {
                                [key: string]: number;
                            };
                            revisionId: string;
                        };
                    };
                };
            };
        };
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    alias: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/functions/{name}/provisioned-concurrency": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            provisionedConcurrency: {
                                functionName: string;
                                qualifier: string;
                                count: number;
                                windows: {
                                    schedule: string;
                                    timezone?: string;
                                    durationMinutes: number;
                                    count: number;
                                    isOpen: boolean;
                                    closesAt?: string;
                                    nextOpensAt?: string;
                                }[];
                                requested: number;
                                allocated: number;
                                available: number;
                                /** @enum {unknown} */
                                status: "READY" | "IN_PROGRESS" | "FAILED";
                                statusReason?: string;
                                lastModified?: string;
                            }[];
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/functions/{name}/provisioned-concurrency/{qualifier}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    qualifier: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            functionName: string;
                            qualifier: string;
                            count: number;
                            windows: {
                                schedule: string;
                                timezone?: string;
                                durationMinutes: number;
                                count: number;
                                isOpen: boolean;
                                closesAt?: string;
                                nextOpensAt?: string;
                            }[];
                            requested: number;
                            allocated: number;
                            available: number;
                            /** @enum {unknown} */
                            status: "READY" | "IN_PROGRESS" | "FAILED";
                            statusReason?: string;
                            lastModified?: string;
                        };
                    };
                };
            };
        };
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    qualifier: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        count: number;
                        windows?: {
                            schedule: string;
                            timezone?: string;
                            durationMinutes: number;
                            count: number;
                        }[];
                    };
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            functionName: string;
                            qualifier: string;
                            count: number;
                            windows: {
                                schedule: string;
                                timezone?: string;
                                durationMinutes: number;
                                count: number;
                                isOpen: boolean;
                                closesAt?: string;
                                nextOpensAt?: string;
                            }[];
                            requested: number;
                            allocated: number;
                            available: number;
                            /** @enum {unknown} */
                            status: "READY" | "IN_PROGRESS" | "FAILED";
                            statusReason?: string;
                            lastModified?: string;
                        };
                    };
                };
            };
        };
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    qualifier: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/layers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    runtime?: "nodejs24.x" | "nodejs22.x" | "nodejs20.x";
                    architecture?: "x86_64" | "arm64";
                    limit?: number;
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            layers: {
                                arn: string;
                                name: string;
                                version: number;
                                description: string;
                                createdAt: string;
                                codeSha256: string;
                                codeSize: number;
                                compatibleRuntimes: string[];
                                compatibleArchitectures: string[];
                                licenseInfo: string;
                            }[];
                            cursor?: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/layers/{name}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    runtime?: "nodejs24.x" | "nodejs22.x" | "nodejs20.x";
                    architecture?: "x86_64" | "arm64";
                    limit?: number;
                    cursor?: string;
                };
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            versions: {
                                arn: string;
                                name: string;
                                version: number;
                                description: string;
                                createdAt: string;
                                codeSha256: string;
                                codeSize: number;
                                compatibleRuntimes: string[];
                                compatibleArchitectures: string[];
                                licenseInfo: string;
                            }[];
                            cursor?: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        files?: {
                            [key: string]: string;
                        };
                        zip?: string;
                        description?: string;
                        compatibleRuntimes?: ("nodejs24.x" | "nodejs22.x" | "nodejs20.x")[];
                        compatibleArchitectures?: ("x86_64" | "arm64")[];
                        licenseInfo?: string;
                    };
                    "multipart/form-data": {
                        /** Format: binary */
                        code: string;
                        description?: string;
                        compatibleRuntimes?: ("nodejs24.x" | "nodejs22.x" | "nodejs20.x")[];
                        compatibleArchitectures?: ("x86_64" | "arm64")[];
                        licenseInfo?: string;
                    };
                    "application/zip": string;
                };
            };
            responses: {
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            arn: string;
                            name: string;
                            version: number;
                            description: string;
                            createdAt: string;
                            codeSha256: string;
                            codeSize: number;
                            compatibleRuntimes: string[];
                            compatibleArchitectures: string[];
                            licenseInfo: string;
                        };
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/layers/{name}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    version: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            arn: string;
                            name: string;
                            version: number;
                            description: string;
                            createdAt: string;
                            codeSha256: string;
                            codeSize: number;
                            compatibleRuntimes: string[];
                            compatibleArchitectures: string[];
                            licenseInfo: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    version: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/console/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            needsKey: boolean;
                            signedIn: boolean;
                            refusal?: string;
                        };
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": {
                        apiKey: string;
                    };
                };
            };
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            needsKey: boolean;
                            signedIn: boolean;
                            refusal?: string;
                        };
                    };
                };
            };
        };
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Error: {
            error: {
                /** @description Stable name of the error; ERRORS.md explains each */
                code: string;
                /** @description What happened */
                message: string;
                /** @description What to do about it */
                remedy: string;
                /** @description The id in the log of the platform */
                requestId: string;
            };
            functionError?: {
                errorType: string;
                errorMessage: string;
                trace?: string[];
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
