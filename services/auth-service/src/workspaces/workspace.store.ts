import type { Prisma } from "../store/auth-db.ts";

export const findWorkspace = (prisma: Prisma, workspaceId: string) =>
  prisma.workspace.findUnique({
    where: { workspaceId },
    select: {
      workspaceId: true,
      environment: true,
      allowedOrigins: true,
      customer: { select: { customerId: true, name: true } },
    },
  });
