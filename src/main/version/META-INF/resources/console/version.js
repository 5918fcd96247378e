/** The version of the service that serves this page. */
export const VERSION = '${project.version}';
